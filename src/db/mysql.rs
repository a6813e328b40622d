//! MariaDB and MySQL: how a connection is made and made ready.

use anyhow::{Context, Result, anyhow};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, MysqlConnection};

/// What a session must not take from the server's own configuration: the language of its
/// errors, which are told apart by their text ([`super::conflict`]), and whether a statement
/// outside a transaction commits by itself.
const SESSION: &str = "SET lc_messages = 'en_US', autocommit = 1";

/// Opens a connection, with the server's own words when it refuses.
///
/// # Errors
/// The server cannot be reached or refuses.
pub(super) fn connect(url: &str) -> Result<MysqlConnection> {
    let mut connection = MysqlConnection::establish(url).map_err(|error| match error {
        diesel::ConnectionError::BadConnection(words) => anyhow!("{}", words.trim()),
        other => anyhow!("{other}"),
    })?;
    connection
        .batch_execute(SESSION)
        .context("the server refused to set up the session")?;
    Ok(connection)
}
