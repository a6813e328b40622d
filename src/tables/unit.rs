//! An item's units, each a row of its own: whoever has the row has the unit.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType};

use crate::db::connection::{loaded, on_its_own_kind};
use crate::db::row_lock::with_lock;
use crate::db::{AnyConnection, RowLock, table};
use crate::tables::batch::{insert, power_of_two_within};
use crate::tables::schema::lockbench_units as units;

/// The first units of an item, at most so many, taking `lock` on each row in this order.
///
/// # Errors
/// Whatever the database answers; a locking read can be refused.
pub fn find(
    connection: &mut AnyConnection,
    item: i64,
    at_most: i64,
    lock: Option<RowLock>,
) -> QueryResult<Vec<i64>> {
    let query = units::table
        .filter(units::item_id.eq(item))
        .order(units::id)
        .select(units::id)
        .limit(at_most);
    let found = on_its_own_kind!(
        connection,
        inner => with_lock!(query, lock, locked => locked.load(inner))
    );
    loaded(connection, found)
}

/// Takes units away. Gives how many were there.
///
/// # Errors
/// Whatever the database answers.
pub fn take(connection: &mut AnyConnection, item: i64, mut ids: &[i64]) -> QueryResult<usize> {
    let mut taken = 0;
    while !ids.is_empty() {
        let (now, later) = ids.split_at(power_of_two_within(ids.len()));
        let delete = Delete { item, ids: now };
        taken += on_its_own_kind!(connection, inner => delete.execute(inner))?;
        ids = later;
    }
    Ok(taken)
}

/// Adds so many units to an item.
///
/// # Errors
/// Whatever the database answers.
pub fn put_back(connection: &mut AnyConnection, item: i64, count: i64) -> QueryResult<()> {
    let rows = vec![[item]; usize::try_from(count).unwrap_or(0)];
    insert(
        connection,
        "INSERT INTO lockbench_units (item_id) VALUES ",
        &rows,
        "",
    )
}

/// How many units there are of each item that has any.
///
/// # Errors
/// Whatever the database answers.
pub fn stocks(connection: &mut AnyConnection) -> QueryResult<Vec<(i64, i64)>> {
    units::table
        .group_by(units::item_id)
        .select((units::item_id, count_star()))
        .load(connection)
}

/// Lays out `stock` units of each item for sale.
///
/// # Errors
/// Whatever the database answers.
pub fn fill(connection: &mut AnyConnection, stock: i64) -> QueryResult<()> {
    // Counted in digits: MariaDB ends a recursion after 1,000 rounds.
    let mut number = "0".to_owned();
    let mut tables = String::new();
    let mut place: i64 = 1;
    while place < stock {
        number.push_str(&format!(" + d{place}.digit * {place}"));
        tables.push_str(&format!(", digits AS d{place}"));
        place = place.saturating_mul(10);
    }
    let digits: Vec<String> = (1..10).map(|digit| format!("SELECT {digit}")).collect();
    connection.batch_execute(&format!(
        "INSERT INTO lockbench_units (item_id) \
         WITH digits (digit) AS (SELECT 0 UNION ALL {}) \
         SELECT lockbench_items.id FROM lockbench_items{tables} WHERE {number} < {stock}",
        digits.join(" UNION ALL ")
    ))
}

/// Removes all units.
///
/// # Errors
/// Whatever the database answers.
pub fn clear(connection: &mut AnyConnection) -> QueryResult<()> {
    table::empty(connection, "lockbench_units")
}

/// Takes away rows whose number is a power of two: so there are only a few different statements,
/// each of which is prepared once for each connection.
struct Delete<'a> {
    item: i64,
    ids: &'a [i64],
}

impl<DB> QueryFragment<DB> for Delete<'_>
where
    DB: Backend + HasSqlType<BigInt>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("DELETE FROM lockbench_units WHERE item_id = ");
        out.push_bind_param::<BigInt, _>(&self.item)?;
        out.push_sql(" AND id IN (");
        for (index, id) in self.ids.iter().enumerate() {
            if index > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<BigInt, _>(id)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

// The number of rows is not in the type, so the statement is cached by its text.
impl QueryId for Delete<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Delete<'_> {}
