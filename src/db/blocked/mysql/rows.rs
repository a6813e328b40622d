//! Who waits for a row on InnoDB.
//!
//! `INNODB_TRX` and `INNODB_LOCK_WAITS` show a copy, which is only renewed when nobody has read
//! it for 100 ms. `SHOW ENGINE INNODB STATUS` has no such delay, but cannot be read with diesel:
//! the server does not tell the columns of it before it is executed. So whoever looks waits
//! that long, and makes sure that what it sees is new: its own question must be in it.
//!
//! The number of those who wait for a row is live, though. Where it is 0, nobody does. Where it
//! is the number of the suspects, all of them are at work, and nobody else was since before the
//! question (another exploration on the same server, say), they all wait, or did: who waits is
//! counted until its thread has woken, which on a busy machine is later than it has been given the
//! lock. So the number tells who begins to wait, and not who waits still.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::LoadConnection;
use diesel::mysql::Mysql;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::Wait;
use crate::db::gate::mysql::IS_AT_GATE;

/// How long nobody may have read the copy, and a little more.
const RENEWAL: Duration = Duration::from_millis(102);

/// When this process looked last. Held while somebody looks: two who look in turn would keep
/// each other from ever seeing anything new.
static LAST_LOOK: Mutex<Option<Instant>> = Mutex::new(None);

/// Tells one question from the next.
static LOOKS: AtomicU64 = AtomicU64::new(0);

/// A transaction of InnoDB's, with one of those that it waits for.
#[derive(QueryableByName)]
struct Transaction {
    #[diesel(sql_type = BigInt)]
    session: i64,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    holder: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    query: Option<String>,
}

/// What the numbers tell, at one moment.
#[derive(QueryableByName)]
struct AtWork {
    /// How many sessions wait for a row, of whomever.
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    /// How many suspects are at work.
    #[diesel(sql_type = BigInt)]
    suspects: i64,
    /// How many others are, but for this one.
    #[diesel(sql_type = BigInt)]
    others: i64,
    /// How long all of those others have had nothing to do who have not, in microseconds.
    #[diesel(sql_type = Nullable<BigInt>)]
    idle: Option<i64>,
    /// How long ago this question came in.
    #[diesel(sql_type = Nullable<BigInt>)]
    asked: Option<i64>,
}

impl AtWork {
    /// Whether nobody else can have been among those who waited: not one was at work since
    /// before the question.
    fn is_about_suspects_alone(&self) -> bool {
        let since = self.idle.unwrap_or(i64::MAX);
        self.others == 0 && self.asked.is_some_and(|asked| since > asked)
    }
}

/// What the numbers alone tell; `None` when they do not tell who waits. MySQL, which keeps its
/// numbers elsewhere, refuses the question.
fn waits_by_number(
    connection: &mut impl LoadConnection<Backend = Mysql>,
    suspects: &[i64],
) -> Option<Vec<Wait>> {
    let ids: Vec<String> = suspects.iter().map(ToString::to_string).collect();
    let ids = ids.join(", ");
    let found: AtWork = sql_query(format!(
        "SELECT (SELECT CAST(variable_value AS SIGNED) FROM information_schema.GLOBAL_STATUS \
                 WHERE variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS') AS waiting, \
                CAST(SUM(command <> 'Sleep' AND id IN ({ids})) AS SIGNED) AS suspects, \
                CAST(SUM(command <> 'Sleep' AND id NOT IN (CONNECTION_ID(), {ids}) \
                         AND NOT ({IS_AT_GATE})) AS SIGNED) AS others, \
                CAST(MIN(IF(command = 'Sleep' AND id NOT IN ({ids}), time_ms, NULL)) * 1000 \
                    AS SIGNED) AS idle, \
                CAST(MAX(IF(id = CONNECTION_ID(), time_ms, NULL)) * 1000 AS SIGNED) AS asked \
         FROM information_schema.PROCESSLIST WHERE command <> 'Daemon'"
    ))
    .get_result(connection)
    .ok()?;
    let number = i64::try_from(suspects.len()).ok()?;
    if found.waiting == 0 {
        return Some(Vec::new());
    }
    let wait = |&waiter: &i64| Wait {
        waiter,
        holders: None,
    };
    let all_wait =
        found.waiting == number && found.suspects == number && found.is_about_suspects_alone();
    all_wait.then(|| suspects.iter().map(wait).collect())
}

/// Which of `suspects` wait for a row; see [`waits`](super::Watchable::waits).
pub(super) fn waits(
    connection: &mut impl LoadConnection<Backend = Mysql>,
    suspects: &[i64],
    exactly: bool,
) -> QueryResult<Vec<Wait>> {
    match waits_by_number(connection, suspects) {
        Some(waits) if waits.is_empty() || !exactly => return Ok(waits),
        _ => {}
    }
    let mut last = LAST_LOOK.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(last) = *last {
            thread::sleep(RENEWAL.saturating_sub(last.elapsed()));
        }
        let found = look(connection)?;
        *last = Some(Instant::now());
        if let Some(found) = found {
            return Ok(waits_among(&found, suspects));
        }
    }
}

/// The transactions of this moment; `None` when what can be seen is older.
fn look(
    connection: &mut impl LoadConnection<Backend = Mysql>,
) -> QueryResult<Option<Vec<Transaction>>> {
    let count = LOOKS.fetch_add(1, Ordering::Relaxed);
    let nonce = format!("lockbench look {count} of {}", std::process::id());
    // A session is only in the table while it is in a transaction, and one that has changed nothing
    // has the number 0, as this one has, which holds nothing up.
    connection.batch_execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")?;
    let found: QueryResult<Vec<Transaction>> = sql_query(format!(
        "SELECT CAST(t.trx_mysql_thread_id AS SIGNED) AS session, \
                CAST(t.trx_state AS CHAR) AS state, \
                CAST(h.trx_mysql_thread_id AS SIGNED) AS holder, \
                CAST(t.trx_query AS CHAR) AS query, '{nonce}' AS nonce \
         FROM information_schema.INNODB_TRX t \
         LEFT JOIN information_schema.INNODB_LOCK_WAITS w ON w.requesting_trx_id = t.trx_id \
         LEFT JOIN information_schema.INNODB_TRX h ON h.trx_id = w.blocking_trx_id \
            AND h.trx_mysql_thread_id <> CONNECTION_ID()"
    ))
    .load(connection);
    connection.batch_execute("ROLLBACK")?;
    let found = found?;
    let mentions = |one: &Transaction| {
        let query = one.query.as_ref();
        query.is_some_and(|query| query.contains(&nonce))
    };
    Ok(found.iter().any(mentions).then_some(found))
}

fn waits_among(found: &[Transaction], suspects: &[i64]) -> Vec<Wait> {
    let waiting = |id: &&i64| {
        found
            .iter()
            .any(|one| one.session == **id && one.state == "LOCK WAIT")
    };
    suspects
        .iter()
        .filter(waiting)
        .map(|&waiter| {
            let holders: Vec<i64> = found
                .iter()
                .filter(|one| one.session == waiter)
                .filter_map(|one| one.holder)
                .collect();
            Wait {
                waiter,
                holders: (!holders.is_empty()).then_some(holders),
            }
        })
        .collect()
}
