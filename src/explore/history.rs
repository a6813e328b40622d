//! What happened in one schedule, step by step.

use serde::Serialize;

use super::Token;

/// One step: a statement that a session was let go with, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The session, from 1.
    pub session: usize,
    /// Which attempt of its own at its work this is, from 1.
    pub attempt: u32,
    /// The SQL; what waits for a lock in this process is a comment.
    pub sql: String,
    /// The bound values, as diesel writes them.
    pub binds: Vec<String>,
    /// What came of it: what the session says that it saw, the error's first line, or `ok`.
    /// `None`: it never ended.
    pub result: Option<String>,
    /// The SQLSTATE or the error's number, where one is known.
    pub code: Option<String>,
    /// Whether it was refused.
    pub failed: bool,
    /// The sessions it had to wait for; `None` where it went through at once.
    pub blocked_by: Option<Vec<usize>>,
    /// The step, from 1, that let it go on.
    pub blocked_until: Option<usize>,
    /// What the watcher saw once everything had come to rest after this step.
    pub state_after: Option<String>,
}

impl Step {
    /// The statement with its values in the places of the parameters.
    pub fn statement(&self) -> String {
        super::Statement {
            sql: self.sql.clone(),
            binds: self.binds.clone(),
        }
        .with_values()
    }
}

/// One schedule from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    /// The choices that lead to it.
    pub replay: Token,
    /// What happened, in the order in which the sessions were let go.
    pub steps: Vec<Step>,
    /// How each session ended, in its own words.
    pub endings: Vec<String>,
    /// The final state in words.
    pub state: String,
    /// What is wrong with it, in a sentence.
    pub broken: Option<String>,
    /// The steps, from 1, at which a replay could not do as it was told: the session was
    /// waiting or had ended, and the one with the lowest number went on in its place.
    pub fell_back: Vec<usize>,
}
