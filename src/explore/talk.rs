//! What the sessions and the scheduler tell each other.

use super::Statement;

/// What a session tells the scheduler.
#[derive(Debug)]
pub(super) struct Event {
    /// Who tells it, counted from 0.
    pub(super) session: usize,
    /// What has become of the statement that it was let go with.
    pub(super) report: Report,
    /// What it does now.
    pub(super) now: Now,
    /// Whether it has gone on with the statement at its gate already.
    pub(super) goes_on: bool,
}

/// What a session does.
#[derive(Debug)]
pub(super) enum Now {
    /// It waits at the gate to send this.
    AtGate(Statement),
    /// It waits for a lock in this process.
    WantsLock(String),
    /// It has ended.
    Ended {
        /// What it tells, or what went wrong.
        ending: Result<String, String>,
        /// Whether its thread ends with it.
        leaves: bool,
    },
}

/// What a session has learnt since it was last let go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// The error of its statement, if there was one.
    pub(super) error: Option<Refusal>,
    /// Whether diesel said that the statement was over.
    pub(super) finished: bool,
    /// What the session's own code says that it saw.
    pub(super) notes: Vec<String>,
    /// Whether it has given its work up and begins again.
    pub(super) begins_again: bool,
    /// Locks in this process that it took or gave back.
    pub(super) locks: Vec<(String, bool)>,
}

/// An error as the database worded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The SQLSTATE, the error's number, or SQLite's name for it; where it is known.
    pub(super) code: Option<&'static str>,
    /// Its first line.
    pub(super) message: String,
    /// Whether it was a deadlock's victim.
    pub(super) deadlock: bool,
    /// Whether the transaction is gone with it.
    pub(super) transaction_gone: bool,
}

/// What the scheduler tells a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Begin.
    Start,
    /// Send the statement; or try once more to take the lock.
    Go,
    /// Leave everything as it is, connection included.
    Abort,
}
