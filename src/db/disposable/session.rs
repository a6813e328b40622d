//! What is to be known of the sessions of a program that is held up between its statements.

use crate::db::IsolationLevel;

/// What is to be known of the sessions of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The settings with which each begins.
    pub settings: Vec<(String, String)>,
    /// The isolation level of transactions that name none.
    pub level: IsolationLevel,
    /// Whether a session looks for a deadlock as soon as it waits, so that it is the victim
    /// whenever it closes the circle.
    pub finds_deadlocks_at_once: bool,
    /// The server's version.
    pub version: String,
}

impl Session {
    /// Whether its transactions see one state of the database throughout, unless they say
    /// otherwise.
    pub fn keeps_snapshot(&self) -> bool {
        self.level != IsolationLevel::ReadCommitted
    }
}
