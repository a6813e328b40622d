//! What was sold and restocked: one row for each order that was carried out.

use diesel::prelude::*;

use crate::db::{AnyConnection, table};
use crate::order::Order;
use crate::schema::lockbench_ledger as ledger;
use crate::statement::statement;

/// A row of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Entry {
    /// The order that was carried out.
    pub order_key: i64,
    /// The item it was about.
    pub item_id: i64,
    /// What it did to the stock: negative when sold, positive when restocked.
    pub delta: i64,
}

statement! {
    Record(order_key, item_id, delta):
    "INSERT INTO lockbench_ledger (order_key, item_id, delta) VALUES (" order_key ", " item_id
    ", " delta ")"
}

/// Records that `order` was carried out.
///
/// # Errors
/// A unique violation when it already was; whatever else the database answers.
pub fn record(connection: &mut AnyConnection, order: &Order) -> QueryResult<()> {
    Record {
        order_key: order.key,
        item_id: order.item,
        delta: -order.quantity,
    }
    .execute(connection)
    .map(drop)
}

/// The whole ledger, by order.
///
/// # Errors
/// Whatever the database answers.
pub fn entries(connection: &mut AnyConnection) -> QueryResult<Vec<Entry>> {
    ledger::table
        .order(ledger::order_key)
        .select((ledger::order_key, ledger::item_id, ledger::delta))
        .load(connection)
}

/// How many rows the ledger has.
///
/// # Errors
/// Whatever the database answers.
pub fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
    ledger::table.count().get_result(connection)
}

/// Empties the ledger.
///
/// # Errors
/// Whatever the database answers.
pub fn clear(connection: &mut AnyConnection) -> QueryResult<()> {
    table::empty(connection, "lockbench_ledger")
}
