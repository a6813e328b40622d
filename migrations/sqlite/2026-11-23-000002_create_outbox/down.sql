DROP TABLE lockbench_outbox;
