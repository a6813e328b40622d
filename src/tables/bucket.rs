//! An item's units, split over several rows, of which a buyer takes one that is free.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::db::connection::{loaded, on_its_own_kind};
use crate::db::row_lock::with_lock;
use crate::db::{AnyConnection, RowLock, table};
use crate::tables::schema::lockbench_buckets as buckets;
use crate::tables::statement::statement;

/// Over how many rows the units of an item are split.
pub const BUCKETS: i64 = 8;

/// A part of an item's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Bucket {
    /// From 0 up.
    pub bucket: i64,
    /// Units left in it.
    pub stock: i64,
}

/// The first bucket of an item in which at least `least` units are left, taking `lock` on its
/// row.
///
/// # Errors
/// Whatever the database answers; a locking read can be refused.
pub fn find(
    connection: &mut AnyConnection,
    item: i64,
    least: i64,
    lock: Option<RowLock>,
) -> QueryResult<Option<Bucket>> {
    let query = buckets::table
        .filter(buckets::item_id.eq(item))
        .filter(buckets::stock.ge(least))
        .order(buckets::bucket)
        .select((buckets::bucket, buckets::stock))
        .limit(1);
    let found = on_its_own_kind!(
        connection,
        inner => with_lock!(query, lock, locked => locked.load(inner))
    );
    Ok(loaded(connection, found)?.into_iter().next())
}

/// One bucket of an item, taking `lock` on its row.
///
/// # Errors
/// Whatever the database answers; a locking read can be refused.
pub fn one(
    connection: &mut AnyConnection,
    item: i64,
    bucket: i64,
    lock: Option<RowLock>,
) -> QueryResult<Option<Bucket>> {
    let query = buckets::table
        .filter(buckets::item_id.eq(item))
        .filter(buckets::bucket.eq(bucket))
        .select((buckets::bucket, buckets::stock));
    on_its_own_kind!(
        connection,
        inner => with_lock!(query, lock, locked => locked.get_result(inner))
    )
    .optional()
}

/// All buckets of an item, by number, taking `lock` on each row in this order.
///
/// # Errors
/// Whatever the database answers; a locking read can be refused.
pub fn all(
    connection: &mut AnyConnection,
    item: i64,
    lock: Option<RowLock>,
) -> QueryResult<Vec<Bucket>> {
    let query = buckets::table
        .filter(buckets::item_id.eq(item))
        .order(buckets::bucket)
        .select((buckets::bucket, buckets::stock));
    let found = on_its_own_kind!(
        connection,
        inner => with_lock!(query, lock, locked => locked.load(inner))
    );
    loaded(connection, found)
}

statement! {
    Assign(stock, item, bucket):
    "UPDATE lockbench_buckets SET stock = " stock " WHERE item_id = " item " AND bucket = " bucket
}

/// Writes what is left in a bucket. Gives the number of rows changed.
///
/// # Errors
/// Whatever the database answers.
pub fn assign(
    connection: &mut AnyConnection,
    item: i64,
    bucket: i64,
    stock: i64,
) -> QueryResult<usize> {
    Assign {
        stock,
        item,
        bucket,
    }
    .execute(connection)
}

/// What is left of each item in its buckets, a row for each bucket.
///
/// # Errors
/// Whatever the database answers.
pub fn stocks(connection: &mut AnyConnection) -> QueryResult<Vec<(i64, i64)>> {
    buckets::table
        .select((buckets::item_id, buckets::stock))
        .load(connection)
}

/// Splits `stock` units evenly over the buckets of each item for sale.
///
/// # Errors
/// Whatever the database answers.
pub fn fill(connection: &mut AnyConnection, stock: i64) -> QueryResult<()> {
    let numbers: Vec<String> = (0..BUCKETS)
        .map(|bucket| format!("SELECT {bucket} AS bucket"))
        .collect();
    connection.batch_execute(&format!(
        "INSERT INTO lockbench_buckets (item_id, bucket, stock) \
         SELECT id, bucket, {} FROM lockbench_items, ({}) AS split",
        part_of(stock),
        numbers.join(" UNION ALL ")
    ))
}

/// The same where the buckets are there.
///
/// # Errors
/// Whatever the database answers.
pub fn refill(connection: &mut AnyConnection, stock: i64) -> QueryResult<()> {
    let part = part_of(stock);
    connection.batch_execute(&format!("UPDATE lockbench_buckets SET stock = {part}"))
}

/// The part of `stock` that is a bucket's, in SQL.
fn part_of(stock: i64) -> String {
    let (each, rest) = (stock / BUCKETS, stock % BUCKETS);
    format!("{each} + CASE WHEN bucket < {rest} THEN 1 ELSE 0 END")
}

/// Removes all buckets.
///
/// # Errors
/// Whatever the database answers.
pub fn clear(connection: &mut AnyConnection) -> QueryResult<()> {
    table::empty(connection, "lockbench_buckets")
}
