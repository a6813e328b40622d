//! Putting everything back before a schedule.

use diesel::connection::SimpleConnection;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types::BigInt;
use diesel::{QueryResult, RunQueryDsl};

use crate::db::connection::MultiBackend;
use crate::db::{AnyConnection, Backend, table};
use crate::{item, ledger, outbox};

/// One item with so much in stock, and an empty ledger; as it may be anything at `first`.
pub(super) fn put_back(
    connection: &mut AnyConnection,
    stock: i64,
    publishes: bool,
    first: bool,
) -> Result<(), Error> {
    if first {
        ledger::clear(connection)?;
        outbox::clear(connection)?;
        return item::restart(connection, 1, stock);
    }
    if connection.backend() == Backend::Postgres && !publishes {
        return AtOnce { stock }.execute(connection).map(drop);
    }
    let mut statements = format!("UPDATE lockbench_items SET stock = {stock}, version = 0");
    if table::marks_what_was_deleted(connection.backend()) {
        // The one item is overwritten in its place, and leaves no mark.
        ledger::clear(connection)?;
        if publishes {
            outbox::clear(connection)?;
        }
    } else {
        statements.push_str("; DELETE FROM lockbench_ledger");
        if publishes {
            statements.push_str("; DELETE FROM lockbench_outbox");
        }
    }
    connection.batch_execute(&statements)
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
