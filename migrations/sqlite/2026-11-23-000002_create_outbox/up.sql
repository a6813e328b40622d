CREATE TABLE lockbench_outbox (
    id INTEGER PRIMARY KEY,
    -- Not unique: two events for one sale must show up in the audit.
    order_key BIGINT NOT NULL,
    event VARCHAR(40) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
