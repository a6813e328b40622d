//! The sessions of a program that is held up between its statements, on a MariaDB server of our own.

use anyhow::{Context, Result};
use diesel::MysqlConnection;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::super::session::Session;
use super::triggers::VARIABLE;
use crate::db::IsolationLevel;

/// With these the server gives nobody up who is held: none of its limits runs out in a year, which
/// is the most that some of them take.
pub(super) const LIMITS: [&str; 7] = [
    "innodb_lock_wait_timeout=31536000",
    "lock_wait_timeout=31536000",
    "wait_timeout=31536000",
    "interactive_timeout=31536000",
    "net_read_timeout=31536000",
    "net_write_timeout=31536000",
    // More than a table, in one answer.
    "max_allowed_packet=1G",
];

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    words: String,
}

fn words(connection: &mut MysqlConnection, what: &str) -> Result<String> {
    let question = format!("SELECT CAST({what} AS CHAR) AS words");
    let found: Words = sql_query(question).get_result(connection)?;
    Ok(found.words)
}

/// Asks the server, and sets the isolation level of the sessions to come: they need not be told
/// one by one, since nobody else uses the server.
pub(in super::super) fn session(
    connection: &mut MysqlConnection,
    level: Option<IsolationLevel>,
) -> Result<Session> {
    if let Some(level) = level {
        let words = level.to_string().replace('-', " ").to_uppercase();
        connection
            .batch_execute(&format!("SET GLOBAL TRANSACTION ISOLATION LEVEL {words}"))
            .context("the server did not take the isolation level")?;
    }
    // MariaDB's older name for it comes first.
    let set = words(connection, "@@global.tx_isolation")
        .or_else(|_| words(connection, "@@global.transaction_isolation"))
        .context("the server did not say how it is set up")?;
    let version = words(connection, "VERSION()")?;
    let product = match version.contains("MariaDB") {
        true => "MariaDB",
        false => "MySQL",
    };
    Ok(Session {
        settings: Vec::new(),
        level: match set.as_str() {
            "SERIALIZABLE" => IsolationLevel::Serializable,
            "REPEATABLE-READ" => IsolationLevel::RepeatableRead,
            "READ-UNCOMMITTED" => IsolationLevel::ReadUncommitted,
            _ => IsolationLevel::ReadCommitted,
        },
        // InnoDB aborts whichever has changed the least.
        finds_deadlocks_at_once: false,
        version: format!("{product} {version}"),
    })
}

/// Readies a connection to look after the tables: neither triggers nor foreign keys have a say,
/// and what was taken from a table can be put into it again, whatever it is.
pub(in super::super) fn ready(connection: &mut MysqlConnection) -> Result<()> {
    connection
        .batch_execute(&format!(
            "SET NAMES utf8mb4; SET lc_messages = 'en_US'; SET foreign_key_checks = 0; \
             SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,NO_BACKSLASH_ESCAPES'; \
             SET lock_wait_timeout = 10; SET innodb_lock_wait_timeout = 10; \
             SET group_concat_max_len = 1073741824; SET {VARIABLE} = 1; \
             SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
        ))
        .context("the server did not set up the session that puts tables back")
}
