//! What the sessions and the scheduler tell each other.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use super::Statement;

/// What a session tells the scheduler.
#[derive(Debug)]
pub(super) struct SessionEvent {
    /// Who tells it, counted from 0.
    pub(super) session: usize,
    /// When.
    pub(super) at: Instant,
    /// What has become of the statement that it was let go with.
    pub(super) report: Report,
    /// What it does now.
    pub(super) now: Status,
    /// The connection that it does that on, where it is known only from case to case.
    pub(super) used: Option<ConnectionUse>,
    /// Whether it has gone on with the statement that it was stopped before already.
    pub(super) goes_on: bool,
}

/// A connection of a session that chooses for itself how many it opens.
// Only the program has such sessions.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ConnectionUse {
    /// The database's number for it.
    pub(super) id: i64,
    /// Whether the session is in a transaction, on this connection or another.
    pub(super) in_transaction: bool,
}

/// What a session does.
#[derive(Debug)]
pub(super) enum Status {
    /// It is stopped before sending this.
    Stopped(Statement),
    /// It waits for a lock in this process.
    WantsLock(String),
    /// It has ended.
    Ended {
        /// What it tells, or what went wrong.
        ending: Result<String, String>,
        /// Whether it has left a transaction open.
        left_open: bool,
        /// Whether it keeps its connection, on which it has left nothing.
        stays: bool,
    },
    /// Its connection is closed; whether it is sure that nothing is held by it any more.
    Released {
        /// Whether the database has said so.
        sure: bool,
    },
    /// It has a new connection, or could not make one.
    Ready(Result<ConnectionInfo, String>),
}

/// What is to be known of a session's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ConnectionInfo {
    /// The database's number for it.
    pub(super) id: i64,
    /// Whether it is the victim when it closes a cycle of sessions that wait for each other.
    pub(super) is_victim_when_closing_cycle: bool,
    /// How long it waits for a lock.
    pub(super) waits_at_most: Option<Duration>,
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
    pub(super) code: Option<Cow<'static, str>>,
    /// Its first line.
    pub(super) message: String,
    /// Whether it was a deadlock's victim.
    pub(super) deadlock: bool,
    /// Whether the transaction is gone with it.
    pub(super) transaction_gone: bool,
}

/// Has a session go on with the statement that it was stopped before, on whatever thread.
pub(crate) type Resume = Box<dyn Fn() + Send>;

/// What the scheduler tells a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Begin.
    Start {
        /// Whether the others do nothing meanwhile.
        alone: bool,
    },
    /// Another goes on meanwhile: it has been quiet in its own code.
    LetOthers,
    /// Send the statement; or try once more to take the lock.
    Go,
    /// Leave everything as it is, connection included.
    Abort,
    /// The schedule is over: become new.
    Over,
}
