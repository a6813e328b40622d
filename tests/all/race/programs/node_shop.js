const { Pool } = require("pg");
const serve = require("./serving.js");

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

serve(buy, () => pool.end());
