use std::time::Duration;

use thiserror::Error;

/// Why an exploration has no result. A bug in the scheduler must end in one of these, never
/// in "safe".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExploreError {
    /// There is nothing to explore.
    #[error("there must be at least one session")]
    NoSessions,
    /// There is nobody to conflict with.
    #[error("a single session has nobody to conflict with: an exploration needs at least two")]
    OneSession,
    /// Nothing looks at the final states of the schedules.
    #[error(
        "neither an invariant nor a state was given: nothing would tell a broken schedule from a good one"
    )]
    NothingLooks,
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
    #[error("the database cannot tell which sessions are waiting: {0}")]
    Waits(String),
    /// The database has nothing that stops a statement inside, or refuses it.
    #[error("statements cannot be stopped inside: {0}")]
    Gates(String),
    /// A session neither came to its next statement, nor ended, nor waits for another.
    #[error(
        "no session made progress for {patience:?}, and the database does not say why:{}",
        listed(.doing)
    )]
    Stuck {
        /// How long the scheduler waited.
        patience: Duration,
        /// What each session was doing, by its number.
        doing: Vec<String>,
        /// The schedule so far, as a token.
        so_far: String,
    },
    /// A session waited for another before its first statement: when it begins must be a choice.
    #[error("a session waited for another before its first statement")]
    WaitsAtStart,
    /// A session's statements did not go over the connection that it was given.
    #[error(
        "session {0} never sent a statement on the connection it was given: there is nothing to explore"
    )]
    Silent(usize),
    /// A session continued by itself where another should have: its choice was predicted wrongly.
    #[error("session {0} continued although another session was chosen")]
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
