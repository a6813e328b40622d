// A shop as a web application of Express's, with a pool of connections.
const express = require('express');
const { Pool } = require('pg');

const how = process.argv[2];
const pool = new Pool({ max: 5 });
const application = express();

application.post('/buy/:item', async (request, response) => {
  const lock = how === 'for-update' ? ' FOR UPDATE' : '';
  const { item } = request.params;
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const read = await client.query(`SELECT units FROM stock WHERE id = $1${lock}`, [item]);
    const { units } = read.rows[0];
    if (units < 1) {
      await client.query('ROLLBACK');
      response.status(409).send('sold out');
      return;
    }
    await client.query('UPDATE stock SET units = $1 WHERE id = $2', [units - 1, item]);
    await client.query('INSERT INTO orders (item) VALUES ($1)', [item]);
    await client.query('COMMIT');
    response.status(201).send('sold');
  } catch (error) {
    await client.query('ROLLBACK');
    response.status(500).send(error.message);
  } finally {
    client.release();
  }
});

application.listen(Number(process.env.PORT), '127.0.0.1');
