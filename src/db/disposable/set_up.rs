//! Setting up the sessions of a program that is held up between its statements, and the one that
//! looks after the tables.

use anyhow::Result;

#[cfg(feature = "mysql")]
use super::mysql;
use super::session::Session;
use super::{on_either, postgres};
use crate::db::{AnyConnection, IsolationLevel};

impl Session {
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
