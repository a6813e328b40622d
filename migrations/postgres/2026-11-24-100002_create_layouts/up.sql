-- An item whose units are in buckets or in rows of their own has a stock of 0 itself.
CREATE TABLE lockbench_buckets (
    item_id BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    -- No CHECK here either.
    stock BIGINT NOT NULL,
    PRIMARY KEY (item_id, bucket)
);

CREATE TABLE lockbench_units (
    item_id BIGINT NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (item_id, id)
);
