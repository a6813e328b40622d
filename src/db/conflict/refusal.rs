//! One way in which a database refuses work that can be tried again.

use super::Conflict;
use crate::db::Backend;

/// A row of the table of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The database that refuses.
    pub backend: Backend,
    /// The SQLSTATE, the error number, or SQLite's name for it. Empty: the client library's
    /// own, which has none.
    pub code: &'static str,
    /// What the message begins with.
    pub message: &'static str,
    /// What it means.
    pub conflict: Conflict,
    /// What is left of the transaction.
    pub aftermath: Aftermath,
    /// Only MySQL's server or its client library says it, and never MariaDB's: then no test of
    /// ours has seen it, and the source is MySQL's Error Message Reference.
    pub mysql_only: bool,
}

/// What a refusal leaves of the transaction that it hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aftermath {
    /// It is open, with all that it has done and locked: a COMMIT would keep that half.
    Open,
    /// It is open and can do nothing more: a COMMIT would look like success, and be none.
    Failed,
    /// It has been rolled back: the next statement would commit by itself.
    Gone,
    /// There is no session any more, or never was.
    NoSession,
}
