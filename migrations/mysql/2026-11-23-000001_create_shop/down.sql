DROP TABLE IF EXISTS lockbench_ledger;
DROP TABLE IF EXISTS lockbench_items;
