//! The sessions of a program that is held up between its statements, on PostgreSQL.

use anyhow::{Context, Result};
use diesel::PgConnection;
use diesel::connection::SimpleConnection;

use super::super::session::Session;
use super::ask;
use crate::db::IsolationLevel;

/// What is asked of the server. The time limits, as many as its version has, must not run out
/// while a session is held up.
const QUESTION: &str = "SELECT json_build_array(
    current_setting('default_transaction_isolation'),
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
    current_setting('server_version'),
    (SELECT json_agg(name) FROM pg_settings WHERE name IN ('idle_in_transaction_session_timeout',
        'idle_session_timeout', 'statement_timeout', 'lock_timeout', 'transaction_timeout'))
)::text AS json";

/// Asks the server.
/// `level`: the isolation level of every transaction that names none.
///
/// # Errors
/// Whatever the database answers.
pub(in super::super) fn session(
    connection: &mut PgConnection,
    level: Option<IsolationLevel>,
) -> Result<Session> {
    let (default, superuser, version, limits): (String, bool, String, Vec<String>) =
        ask(connection, QUESTION).context("the server did not say how it is set up")?;
    let mut settings: Vec<(String, String)> = limits
        .into_iter()
        .map(|name| (name, "0".to_owned()))
        .collect();
    if superuser {
        settings.push(("deadlock_timeout".to_owned(), "1ms".to_owned()));
    }
    let level = level.map(|level| level.to_string().replace('-', " "));
    if let Some(level) = &level {
        settings.push(("default_transaction_isolation".to_owned(), level.clone()));
    }
    let level = level.unwrap_or(default);
    Ok(Session {
        settings,
        level: match level.as_str() {
            "serializable" => IsolationLevel::Serializable,
            "repeatable read" => IsolationLevel::RepeatableRead,
            _ => IsolationLevel::ReadCommitted,
        },
        finds_deadlocks_at_once: superuser,
        version: format!("PostgreSQL {version}"),
    })
}

/// Readies a connection to look after the tables: neither triggers nor foreign keys have a say.
///
/// # Errors
/// It takes a superuser.
pub(in super::super) fn ready(connection: &mut PgConnection) -> Result<()> {
    connection
        .batch_execute(
            "SET session_replication_role = replica; SET statement_timeout = 0; \
             SET lock_timeout = '10s'; SET default_transaction_isolation = 'read committed'",
        )
        .context("the role is no superuser, which it takes to put tables back without their triggers: use another role, or --database postgres")
}
