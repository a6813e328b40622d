//! What is for sale: the statements that read its stock and take from it.

use diesel::prelude::*;

use crate::db::connection::on_its_own_kind;
use crate::db::row_lock::with_lock;
use crate::db::{AnyConnection, RowLock, table};
use crate::tables::schema::lockbench_items as items;
use crate::tables::statement::statement;

/// An item as a buyer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Item {
    /// Units left.
    pub stock: i64,
    /// Which version of the row this is.
    pub version: i64,
}

impl Item {
    /// An item of which nothing is left.
    pub const EMPTY: Self = Self {
        stock: 0,
        version: 0,
    };
}

/// Reads an item, taking `lock` on its row. `None`: there is no such row, or it was skipped.
///
/// # Errors
/// Whatever the database answers; a locking read can be refused.
pub fn read(
    connection: &mut AnyConnection,
    id: i64,
    lock: Option<RowLock>,
) -> QueryResult<Option<Item>> {
    let query = items::table
        .filter(items::id.eq(id))
        .select((items::stock, items::version));
    on_its_own_kind!(
        connection,
        inner => with_lock!(query, lock, locked => locked.get_result(inner))
    )
    .optional()
}

statement! {
    Assign(stock, id):
    "UPDATE lockbench_items SET stock = " stock ", updated_at = CURRENT_TIMESTAMP WHERE id = " id
}

/// Writes the stock that the buyer has computed. Gives the number of rows changed.
///
/// # Errors
/// Whatever the database answers.
pub fn assign(connection: &mut AnyConnection, id: i64, stock: i64) -> QueryResult<usize> {
    Assign { stock, id }.execute(connection)
}

statement! {
    AssignIfVersion(stock, id, version):
    "UPDATE lockbench_items SET stock = " stock
    ", version = version + 1, updated_at = CURRENT_TIMESTAMP WHERE id = " id
    " AND version = " version
}

/// The same, if the row is still in `version`; no row is changed when it is not.
///
/// # Errors
/// Whatever the database answers.
pub fn assign_if_version(
    connection: &mut AnyConnection,
    id: i64,
    stock: i64,
    version: i64,
) -> QueryResult<usize> {
    AssignIfVersion { stock, id, version }.execute(connection)
}

statement! {
    SubtractIfEnough(quantity, id, least):
    "UPDATE lockbench_items SET stock = stock - " quantity
    ", updated_at = CURRENT_TIMESTAMP WHERE id = " id " AND stock >= " least
}

/// Takes `quantity` units, if there are as many; no row is changed when there are not.
///
/// # Errors
/// Whatever the database answers.
pub fn subtract_if_enough(
    connection: &mut AnyConnection,
    id: i64,
    quantity: i64,
) -> QueryResult<usize> {
    SubtractIfEnough {
        quantity,
        id,
        least: quantity,
    }
    .execute(connection)
}

statement! {
    Subtract(quantity, id):
    "UPDATE lockbench_items SET stock = stock - " quantity
    ", updated_at = CURRENT_TIMESTAMP WHERE id = " id
}

/// Takes `quantity` units, whatever there is.
///
/// # Errors
/// Whatever the database answers.
pub fn subtract(connection: &mut AnyConnection, id: i64, quantity: i64) -> QueryResult<usize> {
    Subtract { quantity, id }.execute(connection)
}

/// Every item's id and stock, by id.
///
/// # Errors
/// Whatever the database answers.
pub fn stocks(connection: &mut AnyConnection) -> QueryResult<Vec<(i64, i64)>> {
    items::table
        .select((items::id, items::stock))
        .order(items::id)
        .load(connection)
}

/// Empties the shop.
///
/// # Errors
/// Whatever the database answers.
pub fn clear(connection: &mut AnyConnection) -> QueryResult<()> {
    table::empty(connection, "lockbench_items")
}

/// Replaces whatever is for sale by items 1 to `count`, each with `stock` units.
///
/// # Errors
/// Whatever the database answers.
pub fn restart(connection: &mut AnyConnection, count: i64, stock: i64) -> QueryResult<()> {
    clear(connection)?;
    table::fill(connection, "lockbench_items (id, stock)", count, stock)
}

/// The items of which something is left, by id.
///
/// # Errors
/// Whatever the database answers.
pub fn pending(connection: &mut AnyConnection) -> QueryResult<Vec<i64>> {
    items::table
        .filter(items::stock.gt(0))
        .select(items::id)
        .order(items::id)
        .load(connection)
}
