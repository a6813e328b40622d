//! PostgreSQL: how a connection is made and made ready.

use anyhow::{Context, Result, anyhow, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_query};

/// The schema that holds our tables, so that tables of the same names elsewhere are never met.
pub const SCHEMA: &str = "lockbench";

/// Seconds that libpq may take for one address; below the 5 s in which an answer is promised.
const CONNECT_TIMEOUT: &str = "4";

/// Opens a connection, with the server's own words when it refuses.
///
/// # Errors
/// The server cannot be reached or refuses, or speaks a language that we cannot read.
pub(super) fn connect(url: &str) -> Result<PgConnection> {
    let mut connection =
        PgConnection::establish(&with_defaults(url)).map_err(|error| explain(&error))?;
    connection
        .batch_execute(&format!("SET search_path = {SCHEMA}"))
        .context("PostgreSQL refused to set the search path")?;
    release_locks_of_the_gone(&mut connection);
    speak_english(&mut connection)?;
    Ok(connection)
}

/// Adds what a URL does not say for itself: a bound on waiting, and our name for the server's
/// list of sessions.
fn with_defaults(url: &str) -> String {
    let mut url = url.to_owned();
    for (key, value) in [
        ("connect_timeout", CONNECT_TIMEOUT),
        ("application_name", "lockbench"),
    ] {
        if !url.contains(&format!("{key}=")) {
            let separator = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{separator}{key}={value}"));
        }
    }
    url
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

/// Sees to it that error messages are in English.
///
/// diesel does not hand out the SQLSTATE, so that a deadlock is told from a lock timeout by
/// the text of its message ([`super::conflict`]).
fn speak_english(connection: &mut PgConnection) -> Result<()> {
    let language = sql_query("SELECT current_setting('lc_messages') AS lc_messages")
        .get_result::<Language>(connection)
        .context("PostgreSQL did not say in which language it speaks")?
        .lc_messages;
    let english = ["", "C", "POSIX"].contains(&language.as_str())
        || language.starts_with("C.")
        || language.starts_with("en");
    if english {
        return Ok(());
    }
    if connection.batch_execute("SET lc_messages = 'C'").is_err() {
        bail!(
            "this server words its errors in {language}, and lockbench must read them in English: \
             ask its administrator for `ALTER ROLE … SET lc_messages = 'C'`"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::with_defaults;

    #[test]
    fn what_the_url_says_itself_is_kept() {
        assert_eq!(
            with_defaults("postgres://h/d?connect_timeout=2"),
            "postgres://h/d?connect_timeout=2&application_name=lockbench"
        );
        assert_eq!(
            with_defaults("postgres://h/d"),
            "postgres://h/d?connect_timeout=4&application_name=lockbench"
        );
    }
}
