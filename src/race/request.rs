//! What is to be raced.

use super::environment::Environment;
use crate::db::IsolationLevel;
use crate::db::address::redact_word;

/// What is to be raced, and what is right.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The command of each session.
    pub sessions: Vec<SessionCommand>,
    /// The isolation level of every transaction that names none.
    pub isolation: Option<IsolationLevel>,
    /// Whether every statement is a step, and not only those that can matter to others.
    pub every_statement: bool,
    /// Columns that are not looked at, as `table.column`.
    pub ignored: Vec<String>,
    /// SQL that gives no row, or only true, where a state is right.
    pub invariants: Vec<String>,
    /// The exit codes that a session may end with; none: any.
    pub expected_exits: Vec<i32>,
    /// Whether each command stays, and does its work once for each line that it is sent.
    pub worker: bool,
    /// The variables by which programs find the database.
    pub environment: Environment,
}

/// The command of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCommand {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// The same as its user has written it, without the passwords of addresses in it.
    pub shown: String,
}

impl SessionCommand {
    /// A command that a shell takes apart.
    pub fn for_the_shell(text: &str) -> Self {
        Self {
            words: vec!["/bin/sh".to_owned(), "-c".to_owned(), text.to_owned()],
            shown: without_passwords(text.split(' ')),
        }
    }

    /// A program and its arguments.
    pub fn of(words: &[String]) -> Self {
        Self {
            words: words.to_vec(),
            shown: without_passwords(words.iter().map(String::as_str)),
        }
    }
}

fn without_passwords<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(redact_word).collect();
    words.join(" ")
}
