const { Sequelize, DataTypes } = require("sequelize");
const serve = require("../programs/serving.js");

const how = process.argv[2];
const url = process.env.DATABASE_URL;
const dialect = url.startsWith("mysql:") ? "mysql" : "postgres";
const sequelize = new Sequelize(url, { dialect, logging: false });
const email = (more) => ({ email: { type: DataTypes.TEXT, ...more } });
const User = sequelize.define("users", email(), { timestamps: false });
const Member = sequelize.define("members", email({ unique: true }), { timestamps: false });

// `findOrCreate` itself gives a function of the database a name that differs each time.
async function findOrCreate(model) {
  const found = { email: "ann@example.org" };
  if (!(await model.findOne({ where: found }))) await model.create(found);
}

const patterns = {
  "find-then-create": () => findOrCreate(User),
  "find-then-create-unique": () => findOrCreate(Member),
};

// The first connection asks for types, which is no part of the work.
sequelize.authenticate().then(() => serve(patterns[how], () => sequelize.close()));
