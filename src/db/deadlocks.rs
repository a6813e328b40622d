//! How soon PostgreSQL looks for a deadlock.
//!
//! A session that waits for a lock looks once, after `deadlock_timeout`, a second by default
//! (manual, 20.12). Where two buyers deadlock at each sale, that second is all that is measured.
//! A superuser may set it for a session, and from version 15 whoever was granted SET on it.
//! InnoDB looks at once, and SQLite has no two writers that could wait for each other.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::session::{Done, Found};

/// Soon, and yet rarely before a lock that is only waited for is given.
const SOON: &str = "20ms";

/// When the sessions of a database look for deadlocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Deadlocks {
    /// As the server has it.
    #[default]
    Usual,
    /// After 20 ms.
    Soon,
}

#[derive(QueryableByName)]
struct Timeout {
    #[diesel(sql_type = Text)]
    shown: String,
    #[diesel(sql_type = BigInt)]
    milliseconds: i64,
}

/// Has this session look soon. Gives whether it may.
pub(super) fn find_soon(connection: &mut PgConnection) -> bool {
    let set = format!("SET deadlock_timeout = '{SOON}'");
    connection.batch_execute(&set).is_ok()
}

/// Has this session look soon where it would not. Gives the server's own time and what became of
/// it; `None` where it is soon already.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn hurry(connection: &mut PgConnection) -> QueryResult<Option<(Duration, Found)>> {
    let usual: Timeout = sql_query(
        "SELECT current_setting('deadlock_timeout') AS shown, setting::bigint AS milliseconds \
         FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'",
    )
    .get_result(connection)?;
    if usual.milliseconds <= 100 {
        return Ok(None);
    }
    let done = match find_soon(connection) {
        true => Done::Set,
        false => Done::Refused,
    };
    let found = Found {
        name: "deadlock_timeout",
        found: usual.shown,
        needed: SOON,
        why: "two buyers who wait for each other would wait as long each time",
        done,
    };
    Ok(Some((
        Duration::from_millis(usual.milliseconds.unsigned_abs()),
        found,
    )))
}
