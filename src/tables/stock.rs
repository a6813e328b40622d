//! What is left of each item, in whichever tables its units are laid out.

use std::collections::BTreeMap;

use diesel::QueryResult;
use diesel::connection::SimpleConnection;

use crate::db::{AnyConnection, table};
use crate::model::strategy::Layout;
use crate::tables::{bucket, item, unit};

/// Every item's id and what is left of it, by id.
///
/// # Errors
/// Whatever the database answers.
pub fn left(connection: &mut AnyConnection) -> QueryResult<Vec<(i64, i64)>> {
    let rows = item::stocks(connection)?;
    let split = bucket::stocks(connection)?;
    let units = unit::stocks(connection)?;
    if split.is_empty() && units.is_empty() {
        return Ok(rows);
    }
    let mut left: BTreeMap<i64, i64> = BTreeMap::new();
    for (item, stock) in rows.into_iter().chain(split).chain(units) {
        *left.entry(item).or_default() += stock;
    }
    Ok(left.into_iter().collect())
}

/// What is left of all items together, added up by the database.
///
/// # Errors
/// Whatever the database answers.
pub fn total(connection: &mut AnyConnection) -> QueryResult<i64> {
    let (_, in_items) = table::count_and_sum(connection, "lockbench_items", "stock")?;
    let (_, in_buckets) = table::count_and_sum(connection, "lockbench_buckets", "stock")?;
    let (units, _) = table::count_and_sum(connection, "lockbench_units", "1")?;
    Ok(in_items + in_buckets + units)
}

/// The same for whoever knows the layout, and asks often.
///
/// # Errors
/// Whatever the database answers.
pub fn left_in(connection: &mut AnyConnection, layout: Layout) -> QueryResult<Vec<(i64, i64)>> {
    match layout {
        Layout::OneRow => item::stocks(connection),
        Layout::Buckets | Layout::UnitRows => left(connection),
    }
}

/// Empties the shop.
///
/// # Errors
/// Whatever the database answers.
pub fn clear(connection: &mut AnyConnection) -> QueryResult<()> {
    bucket::clear(connection)?;
    unit::clear(connection)?;
    item::clear(connection)
}

/// Replaces whatever is for sale by items 1 to `count`, each with `stock` units in that layout.
///
/// # Errors
/// Whatever the database answers.
pub fn restart(
    connection: &mut AnyConnection,
    layout: Layout,
    count: i64,
    stock: i64,
) -> QueryResult<()> {
    bucket::clear(connection)?;
    unit::clear(connection)?;
    match layout {
        Layout::OneRow => item::restart(connection, count, stock),
        Layout::Buckets => {
            item::restart(connection, count, 0)?;
            bucket::fill(connection, stock)
        }
        Layout::UnitRows => {
            item::restart(connection, count, 0)?;
            unit::fill(connection, stock)
        }
    }
}

/// Puts what was for sale in that layout back as it was, `stock` units of each item, leaving no
/// more behind than [`restart`] does, and in less time: the rows of the items are overwritten in
/// their place.
///
/// # Errors
/// Whatever the database answers.
pub fn put_back(connection: &mut AnyConnection, layout: Layout, stock: i64) -> QueryResult<()> {
    let in_items = match layout {
        Layout::OneRow => stock,
        Layout::Buckets | Layout::UnitRows => 0,
    };
    connection.batch_execute(&format!(
        "UPDATE lockbench_items SET stock = {in_items}, version = 0"
    ))?;
    match layout {
        Layout::OneRow => Ok(()),
        Layout::Buckets => bucket::refill(connection, stock),
        Layout::UnitRows => {
            unit::clear(connection)?;
            unit::fill(connection, stock)
        }
    }
}
