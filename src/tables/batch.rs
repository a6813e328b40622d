//! Many orders at once: the statements that take and record for all of them.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType};
use diesel::{QueryResult, RunQueryDsl};

use crate::db::AnyConnection;
use crate::db::columns::{self, Piece};
use crate::db::connection::on_its_own_kind;
use crate::model::order::Order;

/// The most rows of one statement.
const MOST_ROWS: usize = 64;

/// Takes for all `orders`, which are of one item, and records them, in one statement, if there
/// is enough for all of them together. Gives how many were carried out: all of them or 0.
/// `None`: this database has no statement of the kind.
///
/// # Errors
/// A unique violation when one of them was carried out before; whatever else the database answers.
pub fn take_in_one_statement(
    connection: &mut AnyConnection,
    orders: &[Order],
    publishes: bool,
) -> QueryResult<Option<usize>> {
    use Piece::{Column, Number, Sql};
    let Some(first) = orders.first() else {
        return Ok(None);
    };
    let total = orders.iter().map(|order| order.quantity).sum();
    let keys: Vec<i64> = orders.iter().map(|order| order.key).collect();
    let quantities: Vec<i64> = orders.iter().map(|order| order.quantity).collect();
    let mut pieces = vec![
        Sql("WITH taken AS (UPDATE lockbench_items SET stock = stock - "),
        Number(total),
        Sql(", updated_at = CURRENT_TIMESTAMP WHERE id = "),
        Number(first.item),
        Sql(" AND stock >= "),
        Number(total),
        Sql(" RETURNING id), orders AS (SELECT * FROM taken, unnest("),
        Column(&keys),
        Sql(", "),
        Column(&quantities),
        Sql(") AS wanted (order_key, quantity))"),
    ];
    if publishes {
        pieces.push(Sql(
            ", published AS (INSERT INTO lockbench_outbox (order_key, event) \
             SELECT order_key, 'purchase_succeeded' FROM orders WHERE quantity > 0)",
        ));
    }
    pieces.push(Sql(
        " INSERT INTO lockbench_ledger (order_key, item_id, delta) \
         SELECT order_key, id, -quantity FROM orders",
    ));
    columns::execute(connection, &pieces)
}

/// Records that all `orders` were carried out.
///
/// # Errors
/// A unique violation when one of them already was; whatever else the database answers.
pub fn record(connection: &mut AnyConnection, orders: &[Order]) -> QueryResult<()> {
    insert(
        connection,
        "INSERT INTO lockbench_ledger (order_key, item_id, delta) VALUES ",
        &rows(orders, |order| [order.key, order.item, -order.quantity]),
        "",
    )
}

/// Leaves the events that all `orders` were carried out.
///
/// # Errors
/// Whatever the database answers.
pub fn publish(connection: &mut AnyConnection, orders: &[Order]) -> QueryResult<()> {
    insert(
        connection,
        "INSERT INTO lockbench_outbox (order_key, event) VALUES ",
        &rows(orders, |order| [order.key]),
        ", 'purchase_succeeded'",
    )
}

fn rows<const N: usize>(orders: &[Order], row: impl Fn(&Order) -> [i64; N]) -> Vec<[i64; N]> {
    orders.iter().map(row).collect()
}

/// Inserts rows by statements whose number of rows is a power of two: so there are only a few
/// different ones, each of which is prepared once for each connection.
pub(crate) fn insert<const N: usize>(
    connection: &mut AnyConnection,
    text: &'static str,
    mut rows: &[[i64; N]],
    end: &'static str,
) -> QueryResult<()> {
    while !rows.is_empty() {
        let (now, later) = rows.split_at(power_of_two_within(rows.len()));
        let statement = Insert {
            text,
            rows: now,
            end,
        };
        on_its_own_kind!(connection, inner => statement.execute(inner))?;
        rows = later;
    }
    Ok(())
}

/// The greatest power of two that is at most `length` and the most rows of one statement.
pub(crate) fn power_of_two_within(length: usize) -> usize {
    1 << length.clamp(1, MOST_ROWS).ilog2()
}

/// An INSERT of several rows of numbers, each with the same end.
struct Insert<'a, const N: usize> {
    text: &'static str,
    rows: &'a [[i64; N]],
    end: &'static str,
}

impl<DB, const N: usize> QueryFragment<DB> for Insert<'_, N>
where
    DB: Backend + HasSqlType<BigInt>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.text);
        for (index, row) in self.rows.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            for (column, number) in row.iter().enumerate() {
                if column > 0 {
                    out.push_sql(", ");
                }
                out.push_bind_param::<BigInt, _>(number)?;
            }
            out.push_sql(self.end);
            out.push_sql(")");
        }
        Ok(())
    }
}

// The number of rows is not in the type, so the statement is cached by its text.
impl<const N: usize> QueryId for Insert<'_, N> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, const N: usize> RunQueryDsl<C> for Insert<'_, N> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_different_statements_insert_any_number_of_rows() {
        let sizes = |mut length: usize| {
            let mut sizes = Vec::new();
            while length > 0 {
                sizes.push(power_of_two_within(length));
                length -= sizes[sizes.len() - 1];
            }
            sizes
        };
        assert_eq!(sizes(1), [1]);
        assert_eq!(sizes(31), [16, 8, 4, 2, 1]);
        assert_eq!(sizes(150), [64, 64, 16, 4, 2]);
    }
}
