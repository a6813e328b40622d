//! What was sold and restocked: one row for each order that was carried out.

use diesel::prelude::*;

use crate::db::{AnyConnection, table};
use crate::model::order::Order;
use crate::tables::schema::lockbench_ledger as ledger;
use crate::tables::statement::statement;

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

/// How many rows are read at a time: enough for the round trips not to count.
const PAGE: i64 = 10_000;

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

/// What the ledger says happened to the stock of an item, added up here: the databases differ
/// in the type of a sum.
///
/// # Errors
/// Whatever the database answers.
pub fn moved(connection: &mut AnyConnection, item_id: i64) -> QueryResult<i64> {
    let deltas: Vec<i64> = ledger::table
        .filter(ledger::item_id.eq(item_id))
        .select(ledger::delta)
        .load(connection)?;
    Ok(deltas.iter().sum())
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

/// Shows every row of the ledger, by order, without ever holding more than a page of them.
///
/// # Errors
/// Whatever the database answers.
pub fn for_each(connection: &mut AnyConnection, mut show: impl FnMut(&Entry)) -> QueryResult<()> {
    let (mut after, mut limit) = (i64::MIN, PAGE);
    loop {
        let page: Vec<Entry> = ledger::table
            .filter(ledger::order_key.gt(after))
            .order(ledger::order_key)
            .limit(limit)
            .select((ledger::order_key, ledger::item_id, ledger::delta))
            .load(connection)?;
        let is_last = (page.len() as i64) < limit;
        let Some(end) = page.last().map(|entry| entry.order_key) else {
            return Ok(());
        };
        // An order that stands there several times may go on on the next page.
        let whole = page.partition_point(|entry| is_last || entry.order_key < end);
        page[..whole].iter().for_each(&mut show);
        match page[..whole].last() {
            _ if is_last => return Ok(()),
            Some(entry) => after = entry.order_key,
            None => limit *= 2,
        }
    }
}

/// How many rows the ledger has.
///
/// # Errors
/// Whatever the database answers.
pub fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
    ledger::table.count().get_result(connection)
}

/// How many rows the ledger has, and how many units they add up to.
///
/// # Errors
/// Whatever the database answers.
pub fn totals(connection: &mut AnyConnection) -> QueryResult<(i64, i64)> {
    table::count_and_sum(connection, "lockbench_ledger", "delta")
}

/// Empties the ledger.
///
/// # Errors
/// Whatever the database answers.
pub fn clear(connection: &mut AnyConnection) -> QueryResult<()> {
    table::empty(connection, "lockbench_ledger")
}
