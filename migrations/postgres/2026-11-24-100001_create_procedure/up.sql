-- No OR REPLACE: a function of that name that we did not create belongs to somebody else.
-- Returns one row if the order was carried out, and none if there was not enough stock.
CREATE FUNCTION lockbench_purchase(key BIGINT, item BIGINT, quantity BIGINT, publishes BIGINT)
RETURNS SETOF BIGINT LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lockbench_items SET stock = stock - quantity, updated_at = CURRENT_TIMESTAMP
    WHERE id = item AND stock >= quantity;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO lockbench_ledger (order_key, item_id, delta) VALUES (key, item, -quantity);
    IF publishes > 0 THEN
        INSERT INTO lockbench_outbox (order_key, event) VALUES (key, 'purchase_succeeded');
    END IF;
    RETURN NEXT key;
END
$$;
