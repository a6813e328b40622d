-- An item whose units are in buckets or in rows of their own has a stock of 0 itself.
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
    -- InnoDB requires an index whose first column is the AUTO_INCREMENT column.
    UNIQUE KEY (id)
) ENGINE = InnoDB;
