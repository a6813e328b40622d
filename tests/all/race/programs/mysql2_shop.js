const mysql = require("mysql2/promise");
const serve = require("./serving.js");

const how = process.argv[2];
const pool = mysql.createPool(process.env.DATABASE_URL);

async function buy() {
  const connection = await pool.getConnection();
  const lock = how === "for-update" ? " FOR UPDATE" : "";
  try {
    if (how === "serializable") {
      await connection.query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
    }
    await connection.beginTransaction();
    // It is prepared first, and its values are sent in the binary protocol.
    const [rows] = await connection.execute("SELECT units FROM stock WHERE id = ?" + lock, [1]);
    if (rows[0].units >= 1) {
      await connection.execute("UPDATE stock SET units = ? WHERE id = 1", [rows[0].units - 1]);
      await connection.execute("INSERT INTO orders (item) VALUES (?)", [1]);
    }
    await connection.commit();
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    connection.release();
  }
}

serve(buy, () => pool.end());
