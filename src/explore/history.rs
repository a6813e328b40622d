//! What happened in one schedule, step by step.

use serde::Serialize;

use super::inside::GOES_ON;
use super::{End, Token};

/// One step: a statement that a session was let go with, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
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
        self.as_sent().with_values()
    }

    /// Whether it is a part of the statement that the session has sent before: it goes on inside.
    // Only the program stops statements there.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    pub(crate) fn goes_on_inside(&self) -> bool {
        self.sql.starts_with(GOES_ON)
    }

    /// The statement with its values beside it.
    pub(crate) fn as_sent(&self) -> super::Statement {
        super::Statement {
            sql: self.sql.clone(),
            binds: self.binds.clone(),
        }
    }

    /// Whether it was refused because it had waited for as long as it may: `lock_timeout` or
    /// `statement_timeout`, `innodb_lock_wait_timeout`, SQLite's `busy_timeout`.
    pub(super) fn ran_out_of_time(&self) -> bool {
        let codes = ["55P03", "57014", "1205", "SQLITE_BUSY"];
        let code = self.code.as_deref();
        code.is_some_and(|code| codes.iter().any(|one| code.starts_with(one)))
    }
}

/// How each session ended, in its own words.
pub(super) fn endings_in_words(endings: &[Result<String, String>]) -> Vec<String> {
    let words = |ending: &Result<String, String>| match ending {
        Ok(said) => said.clone(),
        Err(error) => format!("failed: {error}"),
    };
    endings.iter().map(words).collect()
}

/// One schedule from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(bound(serialize = "S: std::fmt::Display"))]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", schemars(bound = "", rename = "History"))]
pub struct History<S = String> {
    /// The choices that lead to it.
    pub replay: Token,
    /// What happened, in the order in which the sessions were let go.
    pub steps: Vec<Step>,
    /// The state after each of them, where it was watched and could be told.
    #[serde(skip)]
    pub states: Vec<Option<S>>,
    /// How each session ended, in its own words.
    pub endings: Vec<String>,
    /// The final state in words.
    #[cfg_attr(feature = "cli", schemars(with = "String"))]
    pub state: End<S>,
    /// What is wrong with it, in a sentence.
    pub broken: Option<String>,
    /// The steps, from 1, at which a replay could not do as it was told: the session was
    /// waiting or had ended, and the one with the lowest number went on in its place.
    pub fell_back: Vec<usize>,
}
