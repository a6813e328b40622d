const readline = require("node:readline");
const { Pool } = require("pg");

const how = process.argv[2];
const pool = new Pool({ max: 5 });

async function buy() {
  const client = await pool.connect();
  let failed;
  try {
    const level = how === "serializable" ? " ISOLATION LEVEL SERIALIZABLE" : "";
    const lock = how === "for-update" ? " FOR UPDATE" : "";
    await client.query("BEGIN" + level);
    const { rows } = await client.query("SELECT units FROM stock WHERE id = $1" + lock, [1]);
    if (rows[0].units >= 1) {
      await client.query("UPDATE stock SET units = $1 WHERE id = 1", [rows[0].units - 1]);
      await client.query("INSERT INTO orders (item) VALUES ($1)", [1]);
    }
    await client.query("COMMIT");
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    // One in a failed transaction is closed, which rolls it back.
    client.release(failed);
  }
}

(async () => {
  if (!process.argv.includes("worker")) {
    await buy();
    return pool.end();
  }
  console.log("ready");
  for await (const _ of readline.createInterface({ input: process.stdin })) {
    try {
      await buy();
      console.log("ok");
    } catch (error) {
      console.log(error.message);
    }
  }
})();
