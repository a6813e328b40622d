//! The same for a session of MariaDB's or MySQL's: a trigger that waits for a named lock, and gives
//! it back at once. There are two of them by turns, of which whoever lets the session write row by
//! row has always one: that is the one for which it waits.

use diesel::connection::LoadConnection;
use diesel::mysql::Mysql;
use diesel::sql_types::{BigInt, Nullable};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

/// What the names of the two begin with; the number of the session follows.
const LOCKS: [&str; 2] = ["lockbench.gate.a.", "lockbench.gate.b."];

/// What the names of the triggers begin with.
#[cfg(all(feature = "cli", feature = "mysql"))]
pub(in crate::db) const TRIGGER: &str = "lockbench_gate";

/// Whether a session of the process list waits at a gate, of whomever.
pub(in crate::db) const IS_AT_GATE: &str =
    "STATE <=> 'User lock' AND COALESCE(INFO, '') LIKE 'DO GET!_LOCK(%lockbench.gate.%' ESCAPE '!'";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Nullable<BigInt>)]
    number: Option<i64>,
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = BigInt)]
    waiter: i64,
    #[diesel(sql_type = BigInt)]
    holder: i64,
}

/// What the trigger does. It does nothing where the variable `unless` is set.
#[cfg(all(feature = "cli", feature = "mysql"))]
pub(in crate::db) fn body(unless: &str) -> String {
    let wait = |lock: &str| {
        let name = format!("CONCAT('{lock}', CONNECTION_ID())");
        // The server shows which of the two statements a session is at.
        format!("DO GET_LOCK({name}, 31536000); DO RELEASE_LOCK({name});")
    };
    let [one, other] = LOCKS;
    format!(
        "IF {unless} IS NULL THEN \
             IF IS_USED_LOCK(CONCAT('{one}', CONNECTION_ID())) IS NULL \
             THEN {} ELSE {} END IF; \
         END IF",
        wait(other),
        wait(one)
    )
}

/// Has the session with that number wait before each row that it writes.
pub(in crate::db) fn close(
    connection: &mut impl LoadConnection<Backend = Mysql>,
    id: i64,
) -> QueryResult<()> {
    connection.batch_execute(&format!("DO GET_LOCK('{}{id}', 0)", LOCKS[0]))
}

/// Lets it past the lock for which it waits, and no further.
pub(in crate::db) fn pass(
    connection: &mut impl LoadConnection<Backend = Mysql>,
    id: i64,
) -> QueryResult<()> {
    let [mut held, mut next] = LOCKS;
    let is_held =
        format!("SELECT CAST(IS_USED_LOCK('{held}{id}') <=> CONNECTION_ID() AS SIGNED) AS number");
    let is_held: Number = sql_query(is_held).get_result(connection)?;
    if is_held.number != Some(1) {
        std::mem::swap(&mut held, &mut next);
    }
    connection.batch_execute(&format!(
        "DO GET_LOCK('{next}{id}', 0); DO RELEASE_LOCK('{held}{id}')"
    ))
}

/// Has it wait no more.
pub(in crate::db) fn open(
    connection: &mut impl LoadConnection<Backend = Mysql>,
    id: i64,
) -> QueryResult<()> {
    let [one, other] = LOCKS;
    connection.batch_execute(&format!(
        "DO RELEASE_LOCK('{one}{id}'), RELEASE_LOCK('{other}{id}')"
    ))
}

/// Those that wait at a gate of this session's, each with its number: each is at the statement that
/// asks for the lock that is held, and not at the one before.
pub(in crate::db) fn held(
    connection: &mut impl LoadConnection<Backend = Mysql>,
) -> QueryResult<Vec<(i64, i64)>> {
    let at = |lock: &str| {
        format!("INFO LIKE '%{lock}%' AND IS_USED_LOCK(CONCAT('{lock}', ID)) <=> CONNECTION_ID()")
    };
    let [one, other] = LOCKS.map(at);
    let found: Vec<Held> = sql_query(format!(
        "SELECT CAST(ID AS SIGNED) AS waiter, CAST(CONNECTION_ID() AS SIGNED) AS holder \
         FROM information_schema.PROCESSLIST WHERE {IS_AT_GATE} AND ({one} OR {other})"
    ))
    .load(connection)?;
    Ok(found.into_iter().map(|it| (it.waiter, it.holder)).collect())
}
