//! The one table of errors: what a database's refusal means, and whether to try again.

use super::Backend;
use diesel::result::{DatabaseErrorKind as Kind, Error};

/// Why the database refused work that can be tried again as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// Others changed what this transaction had seen (SQLSTATE 40001).
    SerializationFailure,
    /// Two transactions waited for each other and this one was chosen to die (40P01).
    Deadlock,
    /// NOWAIT met a lock (55P03).
    LockNotAvailable,
    /// A lock was waited for longer than `lock_timeout` allows (55P03).
    LockTimeout,
    /// The statement took longer than `statement_timeout` allows (57014).
    StatementTimeout,
    /// SQLite's one write lock was held by another connection, or had been since this
    /// transaction's first read (SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT).
    Busy,
    /// The connection is gone: cut, or ended by the server (57P01).
    ConnectionLost,
    /// The server has no connection left to give (53300).
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

/// What an error text begins with, and what that means. diesel does not hand the SQLSTATE
/// out, and of all the codes above only 40001 has a kind of its own.
const POSTGRES: [(&str, Conflict); 9] = [
    ("deadlock detected", Conflict::Deadlock),
    ("could not obtain lock", Conflict::LockNotAvailable),
    (
        "canceling statement due to lock timeout",
        Conflict::LockTimeout,
    ),
    (
        "canceling statement due to statement timeout",
        Conflict::StatementTimeout,
    ),
    ("terminating connection", Conflict::ConnectionLost),
    ("server closed the connection", Conflict::ConnectionLost),
    ("no connection to the server", Conflict::ConnectionLost),
    (
        "sorry, too many clients already",
        Conflict::TooManyConnections,
    ),
    (
        "remaining connection slots are reserved",
        Conflict::TooManyConnections,
    ),
];

const SQLITE: [(&str, Conflict); 2] = [
    ("database is locked", Conflict::Busy),
    ("database table is locked", Conflict::Busy),
];

/// What `error` means on `backend`; `None` when trying again would not help.
pub fn classify(backend: Backend, error: &Error) -> Option<Conflict> {
    match error {
        Error::RollbackErrorOnCommit { commit_error, .. } => classify(backend, commit_error),
        Error::BrokenTransactionManager => Some(Conflict::ConnectionLost),
        Error::DatabaseError(Kind::SerializationFailure, _) => Some(Conflict::SerializationFailure),
        // libpq refuses to send on a connection that it knows to be dead.
        Error::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _) => {
            Some(Conflict::ConnectionLost)
        }
        Error::DatabaseError(Kind::Unknown, information) => {
            let table: &[(&str, Conflict)] = match backend {
                Backend::Sqlite => &SQLITE,
                Backend::Postgres => &POSTGRES,
            };
            let message = information.message();
            table
                .iter()
                .find(|(beginning, _)| message.starts_with(beginning))
                .map(|(_, conflict)| *conflict)
        }
        _ => None,
    }
}
