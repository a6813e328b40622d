require("reflect-metadata");
const { DataSource, EntitySchema } = require("typeorm");
const serve = require("./serving.js");

const how = process.argv[2];
const Stock = new EntitySchema({
  name: "stock",
  columns: { id: { type: Number, primary: true }, units: { type: Number } },
});
const Order = new EntitySchema({
  name: "orders",
  columns: { id: { type: "bigint", primary: true, generated: true }, item: { type: Number } },
});
const source = new DataSource({
  type: process.env.DATABASE_URL.startsWith("mysql:") ? "mysql" : "postgres",
  url: process.env.DATABASE_URL,
  entities: [Stock, Order],
});

async function buy() {
  const level = how === "serializable" ? "SERIALIZABLE" : "READ COMMITTED";
  await source.transaction(level, async (manager) => {
    const lock = how === "for-update" ? { mode: "pessimistic_write" } : undefined;
    const stock = await manager.findOne(Stock, { where: { id: 1 }, lock });
    if (stock.units < 1) return;
    stock.units -= 1;
    await manager.save(Stock, stock);
    await manager.save(Order, { item: 1 });
  });
}

source.initialize().then(() => serve(buy, () => source.destroy()));
