//! One connection type for every database.

// diesel's derive writes public items without documentation.
#![allow(missing_docs)]

#[cfg(feature = "mysql")]
use diesel::MysqlConnection;
use diesel::connection::{CacheSize, Connection as _, SimpleConnection, TransactionManager};
use diesel::{PgConnection, QueryResult, SqliteConnection};

use super::Backend;

/// A connection to any of the databases.
///
/// Made by [`Database::connect`](super::Database::connect). The derived `establish` is never
/// used: it tries one backend after the other, so that a mistyped URL becomes a SQLite file.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
    #[cfg(feature = "mysql")]
    Mysql(MysqlConnection),
}

/// Does `$work` with the connection of the database's own kind.
///
/// For what is sent in every purchase: a statement that goes through the enum has its text built
/// anew for each time that diesel walks through it, prepared or not, which is more than half of
/// all that the client computes.
macro_rules! on_its_own_kind {
    ($connection:expr, $inner:ident => $work:expr) => {
        match $connection {
            $crate::db::AnyConnection::Sqlite($inner) => $work,
            $crate::db::AnyConnection::Postgres($inner) => $work,
            #[cfg(feature = "mysql")]
            $crate::db::AnyConnection::Mysql($inner) => $work,
        }
    };
}

pub(crate) use on_its_own_kind;

impl AnyConnection {
    /// The kind of database at the other end.
    pub fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => Backend::Mysql,
        }
    }

    /// Lifts the server's time limits for this session. They are there for buyers; the session
    /// that looks after the tables must be able to read a long ledger.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn lift_time_limits(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(inner) => {
                inner.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0")
            }
            #[cfg(feature = "mysql")]
            Self::Mysql(inner) => inner
                .batch_execute("SET max_statement_time = 0")
                // MySQL's name for it.
                .or_else(|_| inner.batch_execute("SET max_execution_time = 0")),
        }
    }

    /// Drops the prepared statements that this connection keeps.
    pub(super) fn forget_statements(&mut self) {
        self.set_prepared_statement_cache_size(CacheSize::Disabled);
        self.set_prepared_statement_cache_size(CacheSize::Unbounded);
    }

    /// Marks the connection as lost, so that the pool closes it instead of lending it again.
    pub fn mark_lost(&mut self) {
        Self::transaction_manager_status_mut(self).set_in_error();
    }
}

/// What a read of several rows gave that takes a lock on each, and can be refused when its answer
/// has begun.
///
/// MariaDB's client library (Connector/C 3.3, `mysql_stmt_store_result`) leaves a statement that
/// meets an error there in a state in which it waits for ever when it is sent again. Such a
/// statement must not be kept. A row that is looked up by its whole key is read before the answer
/// begins, and cannot meet that.
///
/// # Errors
/// Those of the read.
pub fn loaded<T>(connection: &mut AnyConnection, answer: QueryResult<T>) -> QueryResult<T> {
    if answer.is_err() && connection.backend() == Backend::Mysql {
        connection.forget_statements();
    }
    answer
}
