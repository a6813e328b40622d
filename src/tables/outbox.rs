//! The outbox: events for other systems, written in the same transaction as the sale.
//!
//! To write to a database and to a message broker is to write to two systems that no one
//! transaction spans. An event that is a row of the same database is there exactly when the
//! sale is; something else reads the table and passes the events on (Chris Richardson,
//! *Microservices Patterns*, 3.3.7, "Transactional outbox").

use diesel::prelude::*;

use crate::db::{AnyConnection, table};
use crate::model::order::Order;
use crate::tables::schema::lockbench_outbox as outbox;
use crate::tables::statement::statement;

/// How many rows are read at a time: enough for the round trips not to count.
const PAGE: i64 = 10_000;

statement! {
    Publish(order_key):
    "INSERT INTO lockbench_outbox (order_key, event) VALUES (" order_key ", 'purchase_succeeded')"
}

/// Leaves the event that `order` was carried out.
///
/// # Errors
/// Whatever the database answers.
pub fn publish(connection: &mut AnyConnection, order: &Order) -> QueryResult<()> {
    Publish {
        order_key: order.key,
    }
    .execute(connection)
    .map(drop)
}

/// The orders that events tell of, one each.
///
/// # Errors
/// Whatever the database answers.
pub fn events(connection: &mut AnyConnection) -> QueryResult<Vec<i64>> {
    outbox::table
        .select(outbox::order_key)
        .order(outbox::order_key)
        .load(connection)
}

/// Shows of every event which order it tells of, without ever holding more than a page of them.
///
/// # Errors
/// Whatever the database answers.
pub fn for_each(connection: &mut AnyConnection, mut show: impl FnMut(i64)) -> QueryResult<()> {
    let mut after = i64::MIN;
    loop {
        let page: Vec<(i64, i64)> = outbox::table
            .filter(outbox::id.gt(after))
            .order(outbox::id)
            .limit(PAGE)
            .select((outbox::id, outbox::order_key))
            .load(connection)?;
        page.iter().for_each(|(_, order_key)| show(*order_key));
        match page.last() {
            Some((id, _)) if page.len() as i64 == PAGE => after = *id,
            _ => return Ok(()),
        }
    }
}

/// How many events there are.
///
/// # Errors
/// Whatever the database answers.
pub fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
    outbox::table.count().get_result(connection)
}

/// Empties the outbox.
///
/// # Errors
/// Whatever the database answers.
pub fn clear(connection: &mut AnyConnection) -> QueryResult<()> {
    table::empty(connection, "lockbench_outbox")
}
