//! Putting everything back before a schedule.

use diesel::connection::SimpleConnection;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types::BigInt;
use diesel::{QueryResult, RunQueryDsl};

use crate::db::connection::MultiBackend;
use crate::db::{AnyConnection, Backend, table};
use crate::model::strategy::Layout;
use crate::tables::{ledger, outbox, stock};

/// One item with so much in stock, and an empty ledger; as it may be anything at `first`.
pub(super) fn put_back(
    connection: &mut AnyConnection,
    layout: Layout,
    units: i64,
    publishes: bool,
    first: bool,
) -> Result<(), Error> {
    if first {
        ledger::clear(connection)?;
        outbox::clear(connection)?;
        return stock::restart(connection, layout, 1, units);
    }
    if connection.backend() == Backend::Postgres && layout == Layout::OneRow && !publishes {
        return AtOnce { stock: units }.execute(connection).map(drop);
    }
    if table::marks_what_was_deleted(connection.backend()) {
        ledger::clear(connection)?;
        if publishes {
            outbox::clear(connection)?;
        }
    } else {
        connection.batch_execute(match publishes {
            true => "DELETE FROM lockbench_ledger; DELETE FROM lockbench_outbox",
            false => "DELETE FROM lockbench_ledger",
        })?;
    }
    stock::put_back(connection, layout, units)
}

/// The same as a single statement, which PostgreSQL has to understand only once.
#[derive(QueryId)]
struct AtOnce {
    stock: i64,
}

impl QueryFragment<MultiBackend> for AtOnce {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql(
            "WITH emptied AS (DELETE FROM lockbench_ledger) \
             UPDATE lockbench_items SET version = 0, stock = ",
        );
        out.push_bind_param::<BigInt, _>(&self.stock)
    }
}

impl RunQueryDsl<AnyConnection> for AtOnce {}
