//! The kinds of database, and what each of them has no answer to.

use std::fmt;

use serde::Serialize;

use super::RowLock;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// SQLite, compiled into lockbench.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MariaDB, and MySQL, which speaks the same language: spoken to with the feature `mysql`.
    Mysql,
}

impl Backend {
    /// Every kind, in the order in which tables show them.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// Why this database cannot take that row lock; `None` when it can.
    ///
    /// SQLite has one write lock for the whole file and none for a row
    /// (<https://sqlite.org/lockingv3.html>). A `FOR UPDATE` is at home there as
    /// `BEGIN IMMEDIATE`, which takes that one lock early; these have no counterpart.
    pub fn refuses_row_lock(self, lock: RowLock) -> Option<&'static str> {
        match (self, lock) {
            (Self::Sqlite, RowLock::SkipLocked) => Some(
                "SQLite locks the whole database and never a single row, so there is no locked row to skip",
            ),
            (Self::Sqlite, RowLock::ForShare) => Some(
                "SQLite has no shared lock on a row: a reader never keeps a writer out in WAL mode",
            ),
            _ => None,
        }
    }

    /// Why a transaction of this database cannot read first and lock later; `None` when it can.
    pub fn refuses_reading_before_locking(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some(
                "a SQLite transaction takes its one lock when it begins, so that no read can come before it",
            ),
            Self::Postgres | Self::Mysql => None,
        }
    }

    /// Whether one transaction at a time writes, to whatever table: others wait for its end.
    pub fn has_one_writer(self) -> bool {
        self == Self::Sqlite
    }

    /// Why this database keeps no procedures; `None` when it does.
    pub fn refuses_procedures(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some(
                "SQLite has no procedures, because it has no server that would run them: a statement there costs no round trip",
            ),
            Self::Postgres | Self::Mysql => None,
        }
    }

    /// Why this database has no advisory locks; `None` when it has.
    pub fn refuses_advisory_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some(
                "SQLite has no advisory locks, because it has no server to hold them; `--guard mutex` locks inside this process",
            ),
            Self::Postgres | Self::Mysql => None,
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MariaDB",
        })
    }
}
