//! The sessions of a program that is held up between its statements.

use anyhow::Result;

#[cfg(feature = "mysql")]
use super::mysql;
use super::{on_either, postgres};
use crate::db::{AnyConnection, IsolationLevel};

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

    /// Asks the server, and on a private MariaDB server has it set up for them.
    /// `level`: the isolation level of every transaction that names none.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn ask(connection: &mut AnyConnection, level: Option<IsolationLevel>) -> Result<Self> {
        on_either!(connection, inner =>
            postgres::session(inner, level),
            mysql::session(inner, level)
        )
    }
}

/// Readies a connection to look after the tables: neither triggers nor foreign keys have a say.
///
/// # Errors
/// On PostgreSQL it takes a superuser.
pub fn ready(connection: &mut AnyConnection) -> Result<()> {
    on_either!(connection, inner => postgres::ready(inner), mysql::ready(inner))
}
