//! What a strategy's promise depends on: the kind of database, and the settings that change
//! what its isolation levels mean.

use super::Backend;

/// A kind of database as it is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engine {
    /// The kind of database.
    pub backend: Backend,
    /// Whether REPEATABLE READ refuses to write a row that others have changed since the
    /// transaction's first read.
    ///
    /// PostgreSQL always does (manual, 13.2.2), and so does SQLite. InnoDB does where
    /// `innodb_snapshot_isolation` is on; elsewhere the write goes to the newest version of
    /// the row, whatever the transaction has seen of it.
    pub snapshot_isolation: bool,
}

impl Engine {
    /// A kind of database at its defaults, as tables and help show it.
    ///
    /// `innodb_snapshot_isolation` is off in MariaDB until 11.6.1, on from 11.6.2 (MDEV-35124),
    /// and unknown to MySQL.
    pub fn of(backend: Backend) -> Self {
        Self {
            backend,
            snapshot_isolation: backend != Backend::Mysql,
        }
    }
}
