-- No IF NOT EXISTS: a procedure of that name that we did not create belongs to somebody else.
-- CALL reports the number of rows of its last statement: 1 if the order was carried out, and 0 if
-- there was not enough stock.
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
