CREATE TABLE lockbench_occupant (
    -- A random token of the lockbench process that has reserved the tables. At most one row.
    token BIGINT NOT NULL PRIMARY KEY,
    -- How often a previous holder of the tables turned out to be still running.
    protests BIGINT NOT NULL
) ENGINE = InnoDB;
