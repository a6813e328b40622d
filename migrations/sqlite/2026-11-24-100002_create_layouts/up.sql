-- An item whose units are in buckets or in rows of their own has a stock of 0 itself.
CREATE TABLE lockbench_buckets (
    item_id BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    -- No CHECK here either.
    stock BIGINT NOT NULL,
    PRIMARY KEY (item_id, bucket)
);

CREATE TABLE lockbench_units (
    id INTEGER PRIMARY KEY,
    item_id BIGINT NOT NULL
);

CREATE INDEX lockbench_units_item_id ON lockbench_units (item_id, id);
