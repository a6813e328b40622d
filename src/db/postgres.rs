//! PostgreSQL: how a connection is made and made ready.

use anyhow::{Context, Result, anyhow, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_query};

use super::refusal::Refusal;
use super::session::{self, Found, Kept};

/// The schema that holds our tables, so that tables of the same names elsewhere are never met.
pub const SCHEMA: &str = "lockbench";

/// Opens a connection with libpq's `settings`, of the form `host=… dbname=…`.
///
/// # Errors
/// The server cannot be reached or refuses: then in its own words.
pub(super) fn establish(settings: &str) -> Result<PgConnection, Refusal> {
    PgConnection::establish(settings).map_err(|error| {
        // How libpq begins what a server has answered.
        let answered = error.to_string().contains("FATAL:");
        Refusal::new(answered, explain(&error))
    })
}

/// Makes a session ready, and gives what it began with that lockbench does not want.
///
/// # Errors
/// Whatever the server answers, or it speaks a language that we cannot read.
pub(super) fn make_ready(connection: &mut PgConnection, kept: &Kept) -> Result<Vec<Found>> {
    connection
        .batch_execute(&format!("SET search_path = {SCHEMA}"))
        .context("PostgreSQL refused to set the search path")?;
    let found = session::postgres::make_ready(connection, kept)
        .context("PostgreSQL refused to set up the session")?;
    release_locks_of_the_gone(connection);
    speak_english(connection)?;
    Ok(found)
}

fn explain(error: &diesel::ConnectionError) -> anyhow::Error {
    let words = match error {
        diesel::ConnectionError::BadConnection(words) => words.trim().to_owned(),
        other => other.to_string(),
    };
    let hint = if cfg!(feature = "tls") {
        ""
    } else if words.contains("SSL support is not compiled in") || words.contains("no encryption") {
        "; this lockbench was built without TLS: build it with `cargo build --release --features tls`"
    } else {
        ""
    };
    anyhow!("{words}{hint}")
}

/// Asks the server to notice, within a second, that a client in the middle of a statement is
/// gone; its row locks are held until then (manual, 20.3.1 `client_connection_check_interval`).
/// Servers before version 14, and those on systems without the means, refuse: nothing is lost.
fn release_locks_of_the_gone(connection: &mut PgConnection) {
    let _ = connection.batch_execute("SET client_connection_check_interval = '1s'");
}

#[derive(QueryableByName)]
struct Language {
    #[diesel(sql_type = Text)]
    lc_messages: String,
}

/// Makes sure that error messages are in English.
///
/// diesel does not hand out the SQLSTATE, so that a deadlock is told from a lock timeout by
/// the text of its message ([`super::conflict`]).
fn speak_english(connection: &mut PgConnection) -> Result<()> {
    let language = sql_query("SELECT current_setting('lc_messages') AS lc_messages")
        .get_result::<Language>(connection)
        .context("cannot find out the language of PostgreSQL's messages")?
        .lc_messages;
    let english = ["", "C", "POSIX"].contains(&language.as_str())
        || language.starts_with("C.")
        || language.starts_with("en");
    if english {
        return Ok(());
    }
    if connection.batch_execute("SET lc_messages = 'C'").is_err() {
        bail!(
            "this server reports its errors in {language}, and lockbench must read them in English: \
             ask its administrator for `ALTER ROLE … SET lc_messages = 'C'`"
        );
    }
    Ok(())
}
