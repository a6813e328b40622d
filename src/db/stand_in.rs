//! What is sent instead of a statement that a database does not have.

use super::{Backend, IsolationLevel, RowLock};

impl Backend {
    /// What this database is sent in place of a locking read, in a transaction or outside of one;
    /// `None` where it has that read.
    ///
    /// SQLite has one write lock, the whole database's, which `BEGIN IMMEDIATE` takes early
    /// (<https://sqlite.org/lang_transaction.html>, 2.2).
    pub fn stands_in_for_lock(self, lock: RowLock, in_transaction: bool) -> Option<&'static str> {
        match self {
            Self::Postgres => return None,
            Self::Mysql => {
                // MySQL 8 knows both; MariaDB only the older one (Knowledge Base, LOCK IN SHARE MODE).
                let older = "MariaDB has no FOR SHARE. LOCK IN SHARE MODE, its older name, is sent instead.";
                return (lock == RowLock::ForShare).then_some(older);
            }
            Self::Sqlite => {}
        }
        match (lock, in_transaction) {
            (RowLock::ForUpdate, true) => Some(
                "SQLite has no FOR UPDATE. BEGIN IMMEDIATE is sent instead: it locks the whole database until COMMIT.",
            ),
            (RowLock::ForUpdate, false) => Some(
                "SQLite has no FOR UPDATE. BEGIN IMMEDIATE and COMMIT around the SELECT are sent instead: they lock the whole database, but only while the SELECT runs.",
            ),
            (RowLock::NoWait, true) => Some(
                "SQLite has no FOR UPDATE NOWAIT. BEGIN IMMEDIATE with a busy_timeout of 0 is sent instead: if the database is already locked, it fails at once.",
            ),
            (RowLock::NoWait, false) => Some(
                "SQLite has no FOR UPDATE NOWAIT. BEGIN IMMEDIATE with a busy_timeout of 0, and COMMIT after the SELECT, are sent instead: if the database is already locked, the read fails at once.",
            ),
            // Refused there.
            (RowLock::ForShare | RowLock::SkipLocked, _) => None,
        }
    }

    /// What this database is sent in place of a transaction at that level; `None` where it has
    /// the level.
    pub fn stands_in_for_level(self, level: IsolationLevel) -> Option<&'static str> {
        match (self, level) {
            (Self::Sqlite, IsolationLevel::RepeatableRead) => Some(
                "SQLite has no REPEATABLE READ. BEGIN is sent instead: every SQLite transaction is serializable.",
            ),
            (Self::Sqlite, IsolationLevel::Serializable) => Some(
                "SQLite needs no SERIALIZABLE. BEGIN is sent instead: every SQLite transaction is serializable.",
            ),
            _ => None,
        }
    }
}
