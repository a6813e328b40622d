//! MariaDB and MySQL: InnoDB's own tables for row locks ([`rows`]), `IS_USED_LOCK` for named ones.

mod rows;

use std::time::Duration;

use diesel::connection::LoadConnection;
use diesel::mysql::Mysql;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::{Suspect, Wait, Watchable};
use crate::db::Backend;
use crate::db::gate::mysql as gate;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Nullable<BigInt>)]
    number: Option<i64>,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

impl<C: LoadConnection<Backend = Mysql>> Watchable<Mysql> for C {
    fn kind(&self) -> Backend {
        Backend::Mysql
    }

    /// InnoDB looks for deadlocks at once, and aborts whichever has changed the least.
    fn ready(&mut self) -> QueryResult<bool> {
        Ok(false)
    }

    fn session_id(&mut self) -> QueryResult<i64> {
        let id = number(self, "SELECT CAST(CONNECTION_ID() AS SIGNED) AS number")?;
        Ok(id.unwrap_or_default())
    }

    fn soon(&self) -> Duration {
        Duration::from_millis(5)
    }

    /// Row locks and those of tables, and named locks (`RELEASE_ALL_LOCKS`, MariaDB 10.5.2 and
    /// MySQL 5.7.5).
    fn release(&mut self) -> QueryResult<()> {
        self.batch_execute("ROLLBACK; UNLOCK TABLES; DO RELEASE_ALL_LOCKS()")
    }

    fn is_alive(&mut self, id: i64) -> QueryResult<bool> {
        let question = format!(
            "SELECT CAST(COUNT(*) AS SIGNED) AS number \
             FROM information_schema.PROCESSLIST WHERE id = {id}"
        );
        Ok(number(self, &question)? != Some(0))
    }

    /// `innodb_lock_wait_timeout`, in seconds, which is never without a limit.
    fn waits_at_most(&mut self) -> QueryResult<Option<Duration>> {
        let question = "SELECT CAST(@@innodb_lock_wait_timeout AS SIGNED) AS number";
        let seconds = number(self, question)?.unwrap_or_default();
        Ok(Some(Duration::from_secs(seconds.unsigned_abs())))
    }

    /// Of `GET_LOCK`, in seconds; without a limit where that is negative.
    fn gives_up_after(&self, statement: &str) -> Option<Duration> {
        let (_, seconds) = named_lock(statement)?;
        let seconds = seconds.trim().parse::<f64>().ok()?;
        Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    }

    /// A statement may have ended what another began, and with `autocommit = 0` any begins one:
    /// MariaDB is asked (`in_transaction`); MySQL does not say.
    fn roll_back(&mut self, believed_open: bool) -> QueryResult<bool> {
        let question = "SELECT CAST(@@in_transaction AS SIGNED) AS number";
        let open = number(self, question).map_or(believed_open, |found| found == Some(1));
        self.batch_execute("ROLLBACK")?;
        Ok(open)
    }

    fn version(&mut self) -> QueryResult<String> {
        sql_query("SELECT VERSION() AS version")
            .get_result::<Version>(self)
            .map(|found| match found.version.contains("MariaDB") {
                true => format!("MariaDB {}", found.version),
                false => format!("MySQL {}", found.version),
            })
    }

    fn close_gate(&mut self, id: i64) -> QueryResult<()> {
        gate::close(self, id)
    }

    fn pass_gate(&mut self, id: i64, _passed: Option<i64>) -> QueryResult<Option<i64>> {
        gate::pass(self, id).map(|()| None)
    }

    fn open_gate(&mut self, id: i64) -> QueryResult<()> {
        gate::open(self, id)
    }

    fn waits(&mut self, suspects: &[Suspect], exactly: bool) -> QueryResult<Vec<Wait>> {
        let mut waits = Vec::new();
        let mut others = Vec::new();
        let held = gate::held(self)?;
        for suspect in suspects {
            if let Some((waiter, holder)) = held.iter().find(|(id, _)| *id == suspect.id) {
                waits.push(Wait {
                    waiter: *waiter,
                    holders: Some(vec![*holder]),
                });
                continue;
            }
            match lock_name(&suspect.statement) {
                Some(name) => waits.extend(waits_for_name(self, suspect.id, name)?),
                None => others.push(suspect.id),
            }
        }
        if !others.is_empty() {
            waits.extend(rows::waits(self, &others, exactly)?);
        }
        Ok(waits)
    }
}

/// A named lock is the waiter's own as soon as it is granted, before the waiter has noticed.
fn waits_for_name(
    connection: &mut impl LoadConnection<Backend = Mysql>,
    waiter: i64,
    name: &str,
) -> QueryResult<Option<Wait>> {
    let question = format!("SELECT CAST(IS_USED_LOCK({name}) AS SIGNED) AS number");
    let holder = number(connection, &question)?.filter(|holder| *holder != waiter);
    Ok(holder.map(|holder| Wait {
        waiter,
        holders: Some(vec![holder]),
    }))
}

fn number(
    connection: &mut impl LoadConnection<Backend = Mysql>,
    question: &str,
) -> QueryResult<Option<i64>> {
    sql_query(question)
        .get_result::<Number>(connection)
        .map(|answer| answer.number)
}

/// The expression that names the lock in `SELECT GET_LOCK(name, seconds)`.
fn lock_name(statement: &str) -> Option<&str> {
    named_lock(statement).map(|(name, _)| name)
}

/// The arguments of `GET_LOCK(name, seconds)`.
fn named_lock(statement: &str) -> Option<(&str, &str)> {
    let start = statement.to_ascii_uppercase().find("GET_LOCK(")? + "GET_LOCK(".len();
    let arguments = &statement[start..];
    let mut depth = 0;
    let mut quote = None;
    let mut comma = None;
    for (at, character) in arguments.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => {
                return comma.map(|comma: usize| (&arguments[..comma], &arguments[comma + 1..at]));
            }
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => comma = Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{lock_name, named_lock};

    #[test]
    fn the_name_of_a_lock_is_found() {
        assert_eq!(
            lock_name("SELECT GET_LOCK(CONCAT(LEFT(DATABASE(), 34), '.a,b.', 1), 31)"),
            Some("CONCAT(LEFT(DATABASE(), 34), '.a,b.', 1)")
        );
        assert_eq!(lock_name("select get_lock('x', 5), 7"), Some("'x'"));
        assert_eq!(lock_name("SELECT 1"), None);
        assert_eq!(named_lock("DO GET_LOCK('x', 5)"), Some(("'x'", " 5")));
    }
}
