CREATE TABLE lockbench_outbox (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    -- Not unique: two events for one sale must show up in the audit.
    order_key BIGINT NOT NULL,
    event VARCHAR(40) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE = InnoDB;
