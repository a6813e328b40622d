//! MariaDB and MySQL: how a connection is made and made ready.

use anyhow::{Context, Result, anyhow};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, MysqlConnection};

use super::refusal::Refusal;
use super::session::{self, Found, Kept};

/// Errors are told apart by their text ([`super::conflict`]).
const ENGLISH: &str = "SET lc_messages = 'en_US'";

/// What a server answers to whoever it does not let in; the rest is the client library's own.
const ANSWERS: [&str; 5] = [
    "Access denied",
    "Unknown database",
    "Too many connections",
    "is not allowed to connect",
    "is blocked",
];

/// Opens a connection.
///
/// # Errors
/// The server cannot be reached or refuses: then in its own words.
pub(super) fn establish(url: &str) -> Result<MysqlConnection, Refusal> {
    MysqlConnection::establish(url).map_err(|error| {
        let words = match error {
            diesel::ConnectionError::BadConnection(words) => words.trim().to_owned(),
            other => other.to_string(),
        };
        let answered = ANSWERS.iter().any(|answer| words.contains(answer));
        Refusal::new(answered, anyhow!(words))
    })
}

/// Makes a session ready, and gives what it began with that lockbench does not want.
///
/// # Errors
/// Whatever the server answers.
pub(super) fn make_ready(connection: &mut MysqlConnection, kept: &Kept) -> Result<Vec<Found>> {
    connection
        .batch_execute(ENGLISH)
        .and_then(|()| session::mysql::make_ready(connection, kept))
        .context("the server refused to set up the session")
}
