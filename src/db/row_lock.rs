//! The lock that a read takes on the row it returns.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::LoadQuery;
use diesel::{QueryResult, RunQueryDsl};

use super::AnyConnection;
use super::connection::MultiBackend;

/// The lock that a `SELECT` takes on the rows it returns.
///
/// PostgreSQL 15 manual, 13.3.2 "Row-Level Locks", and `SELECT`, "The Locking Clause"; MariaDB
/// Knowledge Base, `FOR UPDATE`, `LOCK IN SHARE MODE` and `SKIP LOCKED` (10.6 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowLock {
    /// `FOR SHARE`: others may read it and share the lock, none may write.
    ForShare,
    /// `FOR UPDATE`: the next buyer waits.
    ForUpdate,
    /// `FOR UPDATE NOWAIT`: the next buyer gets an error instead of waiting.
    NoWait,
    /// `FOR UPDATE SKIP LOCKED`: the next buyer sees no such row.
    SkipLocked,
}

impl RowLock {
    /// Whether a read that asks for it waits for whoever has the row.
    pub fn waits(self) -> bool {
        match self {
            Self::ForShare | Self::ForUpdate => true,
            Self::NoWait | Self::SkipLocked => false,
        }
    }

    fn clause(self, backend: &MultiBackend) -> &'static str {
        match (backend, self) {
            // Taken by BEGIN IMMEDIATE: see `transaction::begin`.
            (MultiBackend::Sqlite(_), _) => "",
            // MariaDB has no FOR SHARE, and MySQL still knows what it was called before.
            #[cfg(feature = "mysql")]
            (MultiBackend::Mysql(_), Self::ForShare) => " LOCK IN SHARE MODE",
            (_, Self::ForShare) => " FOR SHARE",
            (_, Self::ForUpdate) => " FOR UPDATE",
            (_, Self::NoWait) => " FOR UPDATE NOWAIT",
            (_, Self::SkipLocked) => " FOR UPDATE SKIP LOCKED",
        }
    }
}

/// A query with a locking clause behind it.
///
/// diesel's own `.for_update()` does not compile on a connection of several backends.
#[derive(Clone, Copy, Debug)]
pub struct Locking<Q> {
    /// The query.
    pub query: Q,
    /// The lock its rows take; `None` is a plain read.
    pub lock: Option<RowLock>,
}

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Locking<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        if let Some(lock) = self.lock {
            let clause = lock.clause(out.backend());
            out.push_sql(clause);
        }
        Ok(())
    }
}

// The clause is not in the type, so the statement is cached by its text, never by its type:
// a static id would hand the statement of one lock to a read that asked for another.
impl<Q> QueryId for Locking<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Locking<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<AnyConnection> for Locking<Q> {}

/// Loads rows with a lock on each, which can be refused when the answer has begun.
///
/// MariaDB's client library (Connector/C 3.3, `mysql_stmt_store_result`) leaves a statement that
/// meets an error there in a state in which it waits for ever when it is sent again. Such a
/// statement must not be kept. A row that is looked up by its whole key is read before the answer
/// begins, and cannot meet that.
///
/// # Errors
/// Whatever the database answers; a locking read can be refused.
pub fn load<Q, T>(connection: &mut AnyConnection, query: Locking<Q>) -> QueryResult<Vec<T>>
where
    Locking<Q>: for<'query> LoadQuery<'query, AnyConnection, T>,
{
    let loaded = query.load(connection);
    if loaded.is_err() {
        connection.forget_statements();
    }
    loaded
}
