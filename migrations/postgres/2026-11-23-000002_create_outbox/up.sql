CREATE TABLE lockbench_outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Not unique: a sale that is told of twice must be seen.
    order_key BIGINT NOT NULL,
    event VARCHAR(40) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
