const postgres = require("postgres");
const serve = require("./serving.js");

const how = process.argv[2];
const sql = postgres(process.env.DATABASE_URL, { max: 5 });

async function buy() {
  const level = how === "serializable" ? "isolation level serializable" : "";
  await sql.begin(level, async (sql) => {
    const lock = how === "for-update" ? sql`FOR UPDATE` : sql``;
    const [{ units }] = await sql`SELECT units FROM stock WHERE id = ${1} ${lock}`;
    if (units < 1) return;
    const take = sql`UPDATE stock SET units = ${units - 1} WHERE id = 1`;
    const order = sql`INSERT INTO orders (item) VALUES (${1})`;
    if (how === "pipeline") return Promise.all([take, order]);
    await take;
    await order;
  });
}

serve(buy, () => sql.end());
