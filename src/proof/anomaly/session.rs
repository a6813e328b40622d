//! A session of a script.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::{RunQueryDsl, sql_query};

use super::seen::{Refused, Told};
use super::table::{in_words, query};
use super::{Anomaly, Does, Line, Rows, Seen};
use crate::db::{AnyConnection, IsolationLevel, conflict, transaction};
use crate::explore::note;

/// Where all sessions write down what they are told.
#[derive(Clone, Default)]
pub(super) struct Tape(Arc<Mutex<Seen>>);

impl Tape {
    /// Makes it blank for so many sessions.
    pub(super) fn rewind(&self, sessions: usize) {
        self.with(|seen| {
            *seen = Seen {
                sessions: vec![Told::default(); sessions],
                left: Rows::new(),
            };
        });
    }

    /// What is on it.
    pub(super) fn seen(&self) -> Seen {
        self.with(|seen| seen.clone())
    }

    /// Writes down what was left.
    pub(super) fn leave(&self, left: Rows) {
        self.with(|seen| seen.left = left);
    }

    fn tell(&self, session: usize, what: impl FnOnce(&mut Told)) {
        self.with(|seen| seen.sessions.get_mut(session - 1).map(what));
    }

    fn with<T>(&self, what: impl FnOnce(&mut Seen) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a session of `anomaly` does: its lines of the script, one after the other. A refusal ends
/// it, with a ROLLBACK.
pub(super) fn session(
    anomaly: &'static Anomaly,
    number: usize,
    level: IsolationLevel,
    tape: &Tape,
) -> impl FnMut(&mut AnyConnection) -> Result<&'static str, String> + Send + 'static {
    let tape = tape.clone();
    move |connection| {
        let mut last = None;
        let own = anomaly.script.iter().filter(|line| line.session == number);
        let mut ending = "ended in the middle";
        for line in own {
            match act(connection, line, level, &mut last, &tape) {
                Ok(Some(word)) => ending = word,
                Ok(None) => {}
                Err(error) => {
                    let refused = Refused {
                        conflict: conflict::classify(connection.backend(), &error),
                        message: error.to_string(),
                    };
                    tape.tell(number, |told| told.refused = Some(refused));
                    // Where the refusal has ended the transaction already, it does nothing.
                    let _ = connection.batch_execute("ROLLBACK");
                    return Ok("refused, rolled back");
                }
            }
        }
        Ok(ending)
    }
}

/// Sends a line; gives how the session ended, if it did.
fn act(
    connection: &mut AnyConnection,
    line: &Line,
    level: IsolationLevel,
    last: &mut Option<i64>,
    tape: &Tape,
) -> QueryResult<Option<&'static str>> {
    match line.does {
        Does::Begin => {
            let begin = transaction::begin_sql(connection.backend(), level);
            connection.batch_execute(begin).map(|()| None)
        }
        Does::Commit => {
            connection.batch_execute("COMMIT")?;
            tape.tell(line.session, |told| told.committed = true);
            Ok(Some("committed"))
        }
        Does::Rollback => {
            connection.batch_execute("ROLLBACK")?;
            Ok(Some("rolled back"))
        }
        Does::Send(sql) if sql.starts_with("SELECT") => {
            let rows = query(connection, sql)?;
            note(in_words(&rows));
            *last = rows.first().map(|(_, value)| *value);
            tape.tell(line.session, |told| told.reads.push(rows));
            Ok(None)
        }
        Does::Send(sql) => {
            let sql = with_read(sql, *last)?;
            match sql_query(sql).execute(connection)? {
                1 => note("1 row"),
                rows => note(format!("{rows} rows")),
            }
            Ok(None)
        }
    }
}

/// Puts what was read last into the place of `{read}`.
fn with_read(sql: &str, last: Option<i64>) -> QueryResult<String> {
    match last {
        Some(value) => Ok(sql.replace("{read}", &value.to_string())),
        None if sql.contains("{read}") => Err(diesel::result::Error::NotFound),
        None => Ok(sql.to_owned()),
    }
}
