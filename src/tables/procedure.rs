//! The purchase as a procedure in the database, made by our migrations.

use diesel::QueryResult;

use crate::db::{AnyConnection, Backend};
use crate::model::order::Order;
use crate::tables::statement::statement;

statement! {
    // A set of one row or of none: as many as were sold.
    SelectFrom(order_key, item_id, quantity, publishes):
    "SELECT * FROM lockbench_purchase(" order_key ", " item_id ", " quantity ", " publishes ")"
}

statement! {
    Call(order_key, item_id, quantity, publishes):
    "CALL lockbench_purchase(" order_key ", " item_id ", " quantity ", " publishes ")"
}

/// Has the database check, take, record, and commit. Gives the number of orders carried out: 0
/// when there was not enough. `publishes`: it leaves an event as well.
///
/// # Errors
/// A unique violation when the order was carried out before; whatever else the database answers.
pub fn purchase(
    connection: &mut AnyConnection,
    order: &Order,
    publishes: bool,
) -> QueryResult<usize> {
    let (order_key, item_id, quantity) = (order.key, order.item, order.quantity);
    let publishes = i64::from(publishes);
    if connection.backend() == Backend::Postgres {
        SelectFrom {
            order_key,
            item_id,
            quantity,
            publishes,
        }
        .execute(connection)
    } else {
        Call {
            order_key,
            item_id,
            quantity,
            publishes,
        }
        .execute(connection)
    }
}
