//! How a transaction begins and ends, which is where the databases differ most.

use std::fmt;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{QueryResult, SqliteConnection};
use serde::Serialize;

use super::{AnyConnection, Backend, RowLock, sqlite};

/// An isolation level, by the names of the SQL standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IsolationLevel {
    /// A statement may see what was never committed. PostgreSQL takes it for READ COMMITTED.
    ReadUncommitted,
    /// Each statement sees what was committed before it began.
    ReadCommitted,
    /// Every statement sees what was committed before the first one.
    RepeatableRead,
    /// As if the transactions had run one after the other.
    Serializable,
}

impl fmt::Display for IsolationLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadUncommitted => "read-uncommitted",
            Self::ReadCommitted => "read-committed",
            Self::RepeatableRead => "repeatable-read",
            Self::Serializable => "serializable",
        })
    }
}

/// Begins a transaction in which `lock` is the lock that its read will take.
///
/// SQLite knows one level, serializable, whatever is asked for, and one lock, the whole
/// database's, which `BEGIN IMMEDIATE` takes early
/// (<https://sqlite.org/lang_transaction.html>, 2.2).
///
/// # Errors
/// Whatever the database answers; on SQLite a locking begin can be refused as busy.
pub fn begin(
    connection: &mut AnyConnection,
    level: IsolationLevel,
    lock: Option<RowLock>,
) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(inner) => begin_sqlite(inner, lock),
        AnyConnection::Postgres(inner) => {
            AnsiTransactionManager::begin_transaction_sql(inner, postgres_begin(level))
        }
        #[cfg(feature = "mysql")]
        AnyConnection::Mysql(inner) => {
            AnsiTransactionManager::begin_transaction_sql(inner, mysql_begin(level))
        }
    }
}

/// What begins a transaction at `level`, for whoever sends it by hand.
///
/// SQLite's is deferred: it takes no lock before its first statement.
pub fn begin_sql(backend: Backend, level: IsolationLevel) -> &'static str {
    match backend {
        Backend::Sqlite => "BEGIN",
        Backend::Postgres => postgres_begin(level),
        Backend::Mysql => mysql_begin(level),
    }
}

fn postgres_begin(level: IsolationLevel) -> &'static str {
    match level {
        IsolationLevel::ReadUncommitted => "BEGIN ISOLATION LEVEL READ UNCOMMITTED",
        IsolationLevel::ReadCommitted => "BEGIN ISOLATION LEVEL READ COMMITTED",
        IsolationLevel::RepeatableRead => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        IsolationLevel::Serializable => "BEGIN ISOLATION LEVEL SERIALIZABLE",
    }
}

/// `START TRANSACTION` takes no level. `SET TRANSACTION` without a scope is for the next
/// transaction alone, and goes in the same message: a round trip less.
fn mysql_begin(level: IsolationLevel) -> &'static str {
    match level {
        IsolationLevel::ReadUncommitted => {
            "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; START TRANSACTION"
        }
        IsolationLevel::ReadCommitted => {
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION"
        }
        IsolationLevel::RepeatableRead => {
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION"
        }
        IsolationLevel::Serializable => {
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION"
        }
    }
}

fn begin_sqlite(inner: &mut SqliteConnection, lock: Option<RowLock>) -> QueryResult<()> {
    match lock {
        None => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN"),
        Some(RowLock::NoWait) => {
            let usual = sqlite::busy_timeout(inner)?;
            inner.batch_execute("PRAGMA busy_timeout = 0")?;
            let begun = AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE");
            inner.batch_execute(&format!("PRAGMA busy_timeout = {usual}"))?;
            begun
        }
        Some(_) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE"),
    }
}

/// Commits. An error means that nothing was committed, unless the connection was lost:
/// then nobody can know.
///
/// # Errors
/// Whatever the database answers, a serialization failure among it.
pub fn commit(connection: &mut AnyConnection) -> QueryResult<()> {
    <AnyConnection as TransactionManager<AnyConnection>>::commit_transaction(connection)
}

/// Rolls back, and gives the connection up for lost when even that fails.
pub fn rollback(connection: &mut AnyConnection) {
    let rolled_back =
        <AnyConnection as TransactionManager<AnyConnection>>::rollback_transaction(connection);
    if rolled_back.is_err() {
        connection.mark_lost();
    }
}

/// Runs a locking read outside a transaction, where the lock ends with the statement.
///
/// A server does that by itself. SQLite, whose lock belongs to `BEGIN IMMEDIATE`, is given a
/// transaction that lasts as long as the read.
///
/// # Errors
/// Those of the read, and on SQLite those of the transaction around it.
pub fn around_lone_read<T>(
    connection: &mut AnyConnection,
    lock: Option<RowLock>,
    read: impl FnOnce(&mut AnyConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    match connection {
        AnyConnection::Sqlite(inner) if lock.is_some() => begin_sqlite(inner, lock)?,
        _ => return read(connection),
    }
    match read(connection) {
        Ok(value) => commit(connection).map(|()| value),
        Err(error) => {
            rollback(connection);
            Err(error)
        }
    }
}
