DROP PROCEDURE lockbench_purchase;
