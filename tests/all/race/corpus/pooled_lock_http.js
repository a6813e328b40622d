// A counter behind a session's advisory lock, through a pool of connections.
const http = require("node:http");
const { Pool } = require("pg");

const how = process.argv[2];
const pool = new Pool({ max: 5 });

async function count(client) {
  await client.query("SELECT pg_advisory_lock(1)");
  await fetch(process.env.OUTSIDE_URL + "/ask");
  const { rows } = await client.query("SELECT uses FROM counters WHERE id = 1");
  await client.query("UPDATE counters SET uses = $1 WHERE id = 1", [rows[0].uses + 1]);
  await client.query("SELECT pg_advisory_unlock(1)");
}

async function work() {
  if (how === "pool") {
    return count(pool);
  }
  const client = await pool.connect();
  try {
    await count(client);
  } finally {
    client.release();
  }
}

http.createServer((request, response) => {
  work().then(
    () => response.writeHead(200).end("counted"),
    (error) => response.writeHead(500).end(error.message),
  );
}).listen(Number(process.env.PORT), "127.0.0.1");
