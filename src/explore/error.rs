//! Why an exploration has no result.

use std::time::Duration;

use thiserror::Error;

/// Why an exploration has no result. A bug of the scheduler's must end in one of these, and
/// never in "safe".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExploreError {
    /// There is nothing to explore.
    #[error("there must be at least one session")]
    NoSessions,
    /// A connection could not be made or readied.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The state could not be put back before a schedule.
    #[error("the state could not be reset: {0}")]
    Reset(String),
    /// The state could not be looked at after a schedule.
    #[error("the final state could not be read: {0}")]
    Inspect(String),
    /// The database does not say who waits for whom.
    #[error("the database does not say which sessions wait: {0}")]
    Waits(String),
    /// A session neither came to its next statement, nor ended, nor waits for another.
    #[error(
        "nothing moved for {patience:?}, and the database does not say why:{}",
        listed(.doing)
    )]
    Stuck {
        /// How long was waited.
        patience: Duration,
        /// What each session was doing, by its number.
        doing: Vec<String>,
        /// The schedule so far, as a token.
        so_far: String,
    },
    /// The same choices led somewhere else than before.
    #[error("the schedule {token} did not repeat itself: {difference}")]
    Diverged {
        /// The schedule as it was first.
        token: String,
        /// What was different.
        difference: String,
    },
    /// A session's statements did not go over the connection that it was given.
    #[error(
        "session {0} never sent a statement over the connection it was given: there is nothing to explore"
    )]
    Silent(usize),
    /// A session went on by itself where another was to: its choice had been foreseen wrongly.
    #[error("session {0} went on although another session was chosen")]
    Unforeseen(usize),
    /// A session's thread is gone.
    #[error("the thread of a session ended unexpectedly")]
    ThreadGone,
}

fn listed(doing: &[String]) -> String {
    doing
        .iter()
        .enumerate()
        .map(|(index, what)| format!("\n  session {}: {what}", index + 1))
        .collect()
}
