CREATE TABLE lockbench_items (
    id BIGINT NOT NULL PRIMARY KEY,
    -- No CHECK (stock >= 0): a strategy that oversells must be able to, or it would not be caught.
    stock BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE lockbench_ledger (
    order_key BIGINT NOT NULL,
    -- No foreign key: it costs 6 to 10 % of a purchase and protects nothing that is measured here.
    item_id BIGINT NOT NULL,
    -- The change in stock: negative for a sale, positive for a restock.
    delta BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE UNIQUE INDEX lockbench_ledger_order_key ON lockbench_ledger (order_key);
