const { Pool } = require("pg");
const serve = require("../programs/serving.js");

const how = process.argv[2];
const session = Number(process.env.LOCKBENCH_SESSION || 1);
const pool = new Pool({ max: 1 });

const patterns = {
  async queue(client, lock = "") {
    const free = `SELECT id FROM jobs WHERE worker IS NULL ORDER BY id LIMIT 1${lock}`;
    const { rows } = await client.query(free);
    if (rows.length === 0) return;
    await client.query("UPDATE jobs SET worker = $1 WHERE id = $2", [session, rows[0].id]);
  },
  async "queue-skip-locked"(client) {
    await patterns.queue(client, " FOR UPDATE SKIP LOCKED");
  },
  async "lock-stale-object"(client) {
    const { rows } = await client.query("SELECT * FROM counters WHERE id = $1", [1]);
    await client.query("SELECT 1 FROM counters WHERE id = $1 FOR UPDATE", [1]);
    await client.query("UPDATE counters SET uses = $1 WHERE id = $2", [rows[0].uses + 1, 1]);
  },
  async "lock-then-read"(client) {
    await client.query("SELECT 1 FROM counters WHERE id = $1 FOR UPDATE", [1]);
    const { rows } = await client.query("SELECT * FROM counters WHERE id = $1", [1]);
    await client.query("UPDATE counters SET uses = $1 WHERE id = $2", [rows[0].uses + 1, 1]);
  },
  // Whoever is refused cannot go on in the same transaction.
  async "upsert-by-hand"(client) {
    const { rows } = await client.query("SELECT hits FROM visits WHERE page = 1");
    const more = () => client.query("UPDATE visits SET hits = hits + 1 WHERE page = 1");
    if (rows.length > 0) return more();
    await client.query("INSERT INTO visits (page, hits) VALUES (1, 1)").catch(more);
  },
};

async function work() {
  const client = await pool.connect();
  let failed;
  try {
    await client.query("BEGIN");
    await patterns[how](client);
    await client.query("COMMIT");
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    client.release(failed);
  }
}

serve(work, () => pool.end());
