//! Whether a server takes writes at all, asked before anything is written.

use anyhow::{Context, Result, bail};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::{AnyConnection, Backend};

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    answer: String,
}

/// A standby is not written to (PostgreSQL manual, 27.4.1); nor is a MariaDB or MySQL server whose
/// `read_only` is on, and be it by a user who may: a replica that was written to has parted from
/// its primary.
const POSTGRES: &str = "SELECT CASE \
     WHEN pg_is_in_recovery() THEN 'this server is a standby (pg_is_in_recovery() says so)' \
     WHEN current_setting('transaction_read_only') = 'on' \
     THEN 'this session is read-only (transaction_read_only is on)' \
     ELSE '' END AS answer";

const MYSQL: &str = "SELECT CASE \
     WHEN CAST(@@global.read_only AS CHAR) NOT IN ('0', 'OFF') \
     THEN 'this server is read-only (read_only is on), as a replica is' \
     WHEN @@global.innodb_read_only \
     THEN 'this server is read-only (innodb_read_only is on)' \
     ELSE '' END AS answer";

/// Makes sure that the server takes writes.
///
/// # Errors
/// It does not: then in a sentence that says so, and what to do.
pub(super) fn demand(connection: &mut AnyConnection) -> Result<()> {
    let question = match connection.backend() {
        // A file that may not be written is found when it is opened.
        Backend::Sqlite => return Ok(()),
        Backend::Postgres => POSTGRES,
        Backend::Mysql => MYSQL,
    };
    let answer = sql_query(question)
        .get_result::<Answer>(connection)
        .context("cannot find out whether the server accepts writes")?
        .answer;
    if !answer.is_empty() {
        bail!("{answer}, and lockbench must write: give the primary's address");
    }
    Ok(())
}
