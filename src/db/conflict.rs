//! What a database's refusal means, and whether to try again.

mod refusal;
mod table;

use diesel::result::{DatabaseErrorKind as Kind, Error};

use serde::{Deserialize, Serialize};

use super::Backend;

pub use refusal::{Aftermath, Refusal};
pub use table::TABLE;

/// Why the database refused work that can be tried again as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Conflict {
    /// Others changed what this transaction had seen.
    SerializationFailure,
    /// Two transactions waited for each other and this one was chosen to die.
    Deadlock,
    /// NOWAIT met a lock.
    LockNotAvailable,
    /// A lock was waited for longer than `lock_timeout`, or InnoDB's
    /// `innodb_lock_wait_timeout`, allows.
    LockTimeout,
    /// The statement took longer than `statement_timeout`, MariaDB's `max_statement_time` or
    /// MySQL's `max_execution_time`, allows.
    StatementTimeout,
    /// SQLite's one write lock was held by another connection, or had been since this
    /// transaction's first read.
    Busy,
    /// The connection is gone: cut, or ended by the server.
    ConnectionLost,
    /// The server has no connection left to give.
    TooManyConnections,
}

impl Conflict {
    /// The name that reports count it under.
    pub fn name(self) -> &'static str {
        match self {
            Self::SerializationFailure => "serialization_failure",
            Self::Deadlock => "deadlock",
            Self::LockNotAvailable => "lock_not_available",
            Self::LockTimeout => "lock_timeout",
            Self::StatementTimeout => "statement_timeout",
            Self::Busy => "busy",
            Self::ConnectionLost => "connection_lost",
            Self::TooManyConnections => "too_many_connections",
        }
    }
}

/// What `error` means on `backend`; `None` when trying again would not help.
pub fn classify(backend: Backend, error: &Error) -> Option<Conflict> {
    match error {
        Error::RollbackErrorOnCommit { commit_error, .. } => classify(backend, commit_error),
        Error::BrokenTransactionManager => Some(Conflict::ConnectionLost),
        _ => refusal(backend, error).map(|refusal| refusal.conflict),
    }
}

/// The row of the [`TABLE`] that `error` is on `backend`.
///
/// diesel hands neither the SQLSTATE nor the error number out, so that the message is read, in
/// the language that each session is set to. The kinds that it does tell apart stand in where
/// a server words an error of such a kind in its own way.
pub fn refusal(backend: Backend, error: &Error) -> Option<&'static Refusal> {
    let Error::DatabaseError(kind, information) = error else {
        return None;
    };
    let code = match (kind, backend) {
        (Kind::Unknown, _) => None,
        (Kind::SerializationFailure, Backend::Mysql) => Some("1213"),
        (Kind::SerializationFailure, _) => Some("40001"),
        // Words of the client library's own, where it knew without asking the server.
        (Kind::ClosedConnection | Kind::UnableToSendCommand, _) => Some("57P01"),
        _ => return None,
    };
    let message = information.message();
    let mut rows = TABLE.iter().filter(|row| row.backend == backend);
    rows.clone()
        .find(|row| message.starts_with(row.message))
        .or_else(|| rows.find(|row| Some(row.code) == code))
}

/// The code of a broken constraint, by the kind that diesel tells: the SQLSTATE, MariaDB's error
/// number, or SQLite's name.
pub fn violation(backend: Backend, error: &Error) -> Option<&'static str> {
    let Error::DatabaseError(kind, _) = error else {
        return None;
    };
    let (postgres, mysql) = match kind {
        Kind::UniqueViolation => ("23505", "1062"),
        Kind::ForeignKeyViolation => ("23503", "1452"),
        Kind::NotNullViolation => ("23502", "1048"),
        Kind::CheckViolation => ("23514", "4025"),
        _ => return None,
    };
    Some(match backend {
        Backend::Postgres => postgres,
        Backend::Mysql => mysql,
        Backend::Sqlite => "SQLITE_CONSTRAINT",
    })
}

/// What it means that `backend` refused a connection in these words, which may stand behind
/// those of the client library.
pub fn refused_connection(backend: Backend, words: &str) -> Option<&'static Refusal> {
    TABLE
        .iter()
        .find(|row| row.backend == backend && words.contains(row.message))
}
