// Runs a purchase once, or as a worker of lockbench's: once for each line that it is sent.
const readline = require("node:readline");

module.exports = async (buy, end) => {
  if (!process.argv.includes("worker")) {
    await buy();
    return end();
  }
  console.log("ready");
  for await (const _ of readline.createInterface({ input: process.stdin })) {
    try {
      await buy();
      console.log("ok");
    } catch (error) {
      console.log(error.message.trim().split("\n")[0]);
    }
  }
};
