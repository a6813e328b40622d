//! What is in the tables after a fault, by SQL of the tests' own, against what was reported.

use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};
use lockbench::model::verdict::Verdict;
use lockbench::run::result::RunResult;

#[derive(Debug, QueryableByName)]
struct Sums {
    #[diesel(sql_type = BigInt)]
    stock: i64,
    #[diesel(sql_type = BigInt)]
    moved: i64,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = BigInt)]
    orders: i64,
}

/// Orders in the ledger; 0 where there is no ledger yet.
pub fn ledger_rows(connection: &mut PgConnection) -> i64 {
    sums(connection).map_or(0, |sums| sums.rows)
}

fn sums(connection: &mut PgConnection) -> diesel::QueryResult<Sums> {
    sql_query(
        "SELECT (SELECT sum(stock)::bigint FROM lockbench.lockbench_items) AS stock, \
         coalesce(sum(delta), 0)::bigint AS moved, count(*) AS rows, \
         count(DISTINCT order_key) AS orders FROM lockbench.lockbench_ledger",
    )
    .get_result(connection)
}

/// Sees to it that the stock, the ledger and what the buyers were told agree, and that no end
/// is left unknown.
pub fn assert_agrees(connection: &mut PgConnection, result: &RunResult) {
    let found = sums(connection).expect("the tables");
    let told = &result.outcomes;
    let context = format!("{found:?} {result:#?}");
    assert_eq!(found.stock, result.load.units() + found.moved, "{context}");
    assert_eq!(found.rows, found.orders, "{context}");
    assert_eq!(found.rows, i64::try_from(told.sold).unwrap(), "{context}");
    assert_eq!(-found.moved, result.stock.sold_units, "{context}");
    assert_eq!(told.unknown, 0, "{context}");
    assert!(!result.violations.any(), "{context}");
    assert_ne!(result.verdict, Verdict::Unsafe, "{context}");
}
