//! The books, by SQL of the tests' own: nothing of lockbench's audit is used here.

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::{Backend, Database};
use lockbench::run::result::RunResult;

use super::{postgres, sqlite};

/// What the tables add up to.
#[derive(Debug, PartialEq, Eq, QueryableByName)]
pub struct Sums {
    /// Units left, over all items.
    #[diesel(sql_type = BigInt)]
    pub left: i64,
    /// What the ledger says happened to the stock.
    #[diesel(sql_type = BigInt)]
    pub moved: i64,
    /// Sales in the ledger.
    #[diesel(sql_type = BigInt)]
    pub sales: i64,
    /// Units in those sales.
    #[diesel(sql_type = BigInt)]
    pub sold_units: i64,
    /// Items whose stock is not what the ledger makes of it.
    #[diesel(sql_type = BigInt)]
    pub unbalanced: i64,
    /// Items with less than nothing left.
    #[diesel(sql_type = BigInt)]
    pub negative: i64,
    /// Orders that stand in the ledger more than once.
    #[diesel(sql_type = BigInt)]
    pub repeated: i64,
}

/// Adds up the tables of `database`, in which each item began with `stock` units.
pub fn sums(database: &Database, stock: i64) -> Sums {
    // Wherever an item's units are laid out.
    let stock_of_i = "i.stock \
         + COALESCE((SELECT SUM(b.stock) FROM lockbench_buckets AS b WHERE b.item_id = i.id), 0) \
         + (SELECT COUNT(*) FROM lockbench_units AS u WHERE u.item_id = i.id)";
    let question = format!(
        "SELECT CAST((SELECT COALESCE(SUM({stock_of_i}), 0) FROM lockbench_items AS i) AS BIGINT) AS \"left\", \
         CAST((SELECT COALESCE(SUM(delta), 0) FROM lockbench_ledger) AS BIGINT) AS moved, \
         (SELECT COUNT(*) FROM lockbench_ledger WHERE delta < 0) AS sales, \
         CAST((SELECT COALESCE(SUM(-delta), 0) FROM lockbench_ledger WHERE delta < 0) AS BIGINT) AS sold_units, \
         (SELECT COUNT(*) FROM lockbench_items AS i WHERE {stock_of_i} <> {stock} + COALESCE(\
            (SELECT SUM(delta) FROM lockbench_ledger AS l WHERE l.item_id = i.id), 0)) AS unbalanced, \
         (SELECT COUNT(*) FROM lockbench_items WHERE stock < 0) \
            + (SELECT COUNT(*) FROM lockbench_buckets WHERE stock < 0) AS negative, \
         (SELECT COUNT(*) FROM (SELECT order_key FROM lockbench_ledger GROUP BY order_key \
            HAVING COUNT(*) > 1) AS twice) AS repeated"
    );
    let url = database.shown_url();
    match database.backend() {
        Backend::Sqlite => {
            let path = url.strip_prefix("sqlite:").expect("a file");
            sql_query(question).get_result(&mut sqlite(path))
        }
        Backend::Postgres => {
            let question = question
                .replace("lockbench_items", "lockbench.lockbench_items")
                .replace("lockbench_ledger", "lockbench.lockbench_ledger")
                .replace("lockbench_buckets", "lockbench.lockbench_buckets")
                .replace("lockbench_units", "lockbench.lockbench_units");
            sql_query(question).get_result(&mut postgres(&url))
        }
        #[cfg(feature = "mysql")]
        Backend::Mysql => {
            let question = question.replace("AS BIGINT", "AS SIGNED");
            sql_query(question).get_result(&mut super::mariadb::connect(&url))
        }
        #[cfg(not(feature = "mysql"))]
        Backend::Mysql => unreachable!("this build has no MariaDB"),
    }
    .expect("sums over the tables")
}

/// Sees to it that the stock, the ledger and what the buyers were told agree.
pub fn assert_balanced(database: &Database, result: &RunResult) {
    let sums = sums(database, result.load.stock);
    let told = &result.outcomes;
    let context = format!(
        "{} on {}: {sums:?} {result:#?}",
        result.strategy.name, result.database.url
    );
    assert_eq!(sums.unbalanced, 0, "{context}");
    assert_eq!(sums.negative, 0, "{context}");
    assert_eq!(sums.repeated, 0, "{context}");
    assert_eq!(sums.left, result.load.units() + sums.moved, "{context}");
    assert_eq!(
        sums.sales,
        i64::try_from(told.sold).expect("a count"),
        "{context}"
    );
    assert_eq!(sums.sold_units, result.stock.sold_units, "{context}");
}
