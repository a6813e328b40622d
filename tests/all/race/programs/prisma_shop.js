const { PrismaPg } = require("@prisma/adapter-pg");
const { PrismaClient } = require("shop_client");
const serve = require("./serving.js");

const how = process.argv[2];
const adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL });
const prisma = new PrismaClient({ adapter });

async function buy() {
  const isolationLevel = how === "serializable" ? "Serializable" : "ReadCommitted";
  await prisma.$transaction(
    async (transaction) => {
      // Prisma has no words of its own for a lock.
      const { units } =
        how === "for-update"
          ? (await transaction.$queryRaw`SELECT units FROM stock WHERE id = 1 FOR UPDATE`)[0]
          : await transaction.stock.findUniqueOrThrow({ where: { id: 1 } });
      if (units < 1) return;
      await transaction.stock.update({ where: { id: 1 }, data: { units: units - 1 } });
      await transaction.order.create({ data: { item: 1 } });
    },
    // Or it gives up after 5 s, which a transaction may take that is stopped before its statements.
    { isolationLevel, maxWait: 600_000, timeout: 600_000 },
  );
}

serve(buy, () => prisma.$disconnect());
