//! The stock and the ledger, where they allow it in a single statement: one round trip, and one
//! state of both.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;

use crate::db::AnyConnection;
use crate::db::connection::MultiBackend;
use crate::model::strategy::Layout;
use crate::tables::ledger::{self, Entry};
use crate::tables::stock;

/// Every item's id and stock, by id; and the ledger, by order.
type StocksAndEntries = (Vec<(i64, i64)>, Vec<Entry>);

/// The items as rows of order 0, and the rows of the ledger.
#[derive(QueryId)]
struct Snapshot;

impl QueryFragment<MultiBackend> for Snapshot {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        // `id - id` is a 0 of the right type on every database.
        out.push_sql(
            "SELECT id - id AS order_key, id AS item_id, stock AS units FROM lockbench_items \
             UNION ALL SELECT order_key, item_id, delta FROM lockbench_ledger \
             ORDER BY order_key, item_id",
        );
        Ok(())
    }
}

impl Query for Snapshot {
    type SqlType = (BigInt, BigInt, BigInt);
}

impl RunQueryDsl<AnyConnection> for Snapshot {}

/// Every item's id and stock, and the ledger. Orders count from 1 here.
pub(crate) fn read(
    connection: &mut AnyConnection,
    layout: Layout,
) -> QueryResult<StocksAndEntries> {
    if layout != Layout::OneRow {
        return Ok((stock::left(connection)?, ledger::entries(connection)?));
    }
    let rows: Vec<(i64, i64, i64)> = Snapshot.load(connection)?;
    let items = rows.iter().take_while(|(order_key, ..)| *order_key == 0);
    let stocks: Vec<(i64, i64)> = items.map(|&(_, id, stock)| (id, stock)).collect();
    let entry = |&(order_key, item_id, delta): &(i64, i64, i64)| Entry {
        order_key,
        item_id,
        delta,
    };
    let entries = rows[stocks.len()..].iter().map(entry).collect();
    Ok((stocks, entries))
}
