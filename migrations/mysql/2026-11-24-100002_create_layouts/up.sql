-- Items whose units are laid out in buckets or in rows of their own have a stock of 0 themselves.
CREATE TABLE lockbench_buckets (
    item_id BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    -- No CHECK here either.
    stock BIGINT NOT NULL,
    PRIMARY KEY (item_id, bucket)
) ENGINE = InnoDB;

CREATE TABLE lockbench_units (
    item_id BIGINT NOT NULL,
    id BIGINT NOT NULL AUTO_INCREMENT,
    PRIMARY KEY (item_id, id),
    -- InnoDB wants an index of which the counter is the first column.
    UNIQUE KEY (id)
) ENGINE = InnoDB;
