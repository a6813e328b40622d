DROP TABLE lockbench_occupant;
