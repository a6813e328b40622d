DROP TABLE lockbench_units;
DROP TABLE lockbench_buckets;
