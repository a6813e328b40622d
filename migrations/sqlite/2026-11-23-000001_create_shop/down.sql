DROP TABLE lockbench_ledger;
DROP TABLE lockbench_items;
