const mysql = require("mysql2/promise");
const serve = require("../programs/serving.js");

const how = process.argv[2];
const session = Number(process.env.LOCKBENCH_SESSION || 1);
const pool = mysql.createPool({ uri: process.env.DATABASE_URL, connectionLimit: 1 });

// Prepared, with its values in the binary protocol.
const patterns = {
  async queue(client, lock = "") {
    const free = `SELECT id FROM jobs WHERE worker IS NULL ORDER BY id LIMIT 1${lock}`;
    const [rows] = await client.execute(free);
    if (rows.length === 0) return;
    await client.execute("UPDATE jobs SET worker = ? WHERE id = ?", [session, rows[0].id]);
  },
  async "queue-skip-locked"(client) {
    await patterns.queue(client, " FOR UPDATE SKIP LOCKED");
  },
  async "lock-stale-object"(client) {
    const [rows] = await client.execute("SELECT * FROM counters WHERE id = ?", [1]);
    await client.execute("SELECT 1 FROM counters WHERE id = ? FOR UPDATE", [1]);
    await client.execute("UPDATE counters SET uses = ? WHERE id = ?", [rows[0].uses + 1, 1]);
  },
  async "lock-then-read"(client) {
    await client.execute("SELECT 1 FROM counters WHERE id = ? FOR UPDATE", [1]);
    const [rows] = await client.execute("SELECT * FROM counters WHERE id = ?", [1]);
    await client.execute("UPDATE counters SET uses = ? WHERE id = ?", [rows[0].uses + 1, 1]);
  },
  async "insert-ignore"(client) {
    await client.execute("INSERT IGNORE INTO members (email) VALUES (?)", ["ann@example.org"]);
  },
};

async function work() {
  const client = await pool.getConnection();
  try {
    await client.beginTransaction();
    await patterns[how](client);
    await client.commit();
  } catch (error) {
    await client.rollback();
    throw error;
  } finally {
    client.release();
  }
}

serve(work, () => pool.end());
