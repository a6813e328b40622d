-- No IF NOT EXISTS: a procedure of that name that we have not made is somebody else's.
-- The number of rows that CALL reports is that of the last statement: 1 where the order was
-- carried out, and 0 where there was not enough.
CREATE PROCEDURE lockbench_purchase(the_key BIGINT, the_item BIGINT, quantity BIGINT, publishes BIGINT)
MODIFIES SQL DATA
BEGIN
    DECLARE done BIGINT DEFAULT 0;
    DECLARE EXIT HANDLER FOR SQLEXCEPTION
    BEGIN
        ROLLBACK;
        RESIGNAL;
    END;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    START TRANSACTION;
    UPDATE lockbench_items SET stock = stock - quantity, updated_at = CURRENT_TIMESTAMP
    WHERE id = the_item AND stock >= quantity;
    IF ROW_COUNT() = 0 THEN
        ROLLBACK;
    ELSE
        INSERT INTO lockbench_ledger (order_key, item_id, delta) VALUES (the_key, the_item, -quantity);
        IF publishes > 0 THEN
            INSERT INTO lockbench_outbox (order_key, event) VALUES (the_key, 'purchase_succeeded');
        END IF;
        COMMIT;
        SELECT 1 INTO done;
    END IF;
END;
