const { Sequelize, DataTypes, Transaction } = require("sequelize");
const serve = require("./serving.js");

const how = process.argv[2];
const url = process.env.DATABASE_URL;
const dialect = url.startsWith("mysql:") ? "mysql" : "postgres";
const sequelize = new Sequelize(url, { dialect, logging: false });
const timeless = { timestamps: false };
const Stock = sequelize.define(
  "stock",
  { id: { type: DataTypes.INTEGER, primaryKey: true }, units: DataTypes.INTEGER },
  { tableName: "stock", ...timeless },
);
const Order = sequelize.define("orders", { item: DataTypes.INTEGER }, timeless);

async function buy() {
  const { READ_COMMITTED, SERIALIZABLE } = Transaction.ISOLATION_LEVELS;
  const isolationLevel = how === "serializable" ? SERIALIZABLE : READ_COMMITTED;
  await sequelize.transaction({ isolationLevel }, async (transaction) => {
    const stock = await Stock.findByPk(1, { transaction, lock: how === "for-update" });
    if (stock.units < 1) return;
    stock.units -= 1;
    await stock.save({ transaction });
    await Order.create({ item: 1 }, { transaction });
  });
}

serve(buy, () => sequelize.close());
