//! MariaDB and MySQL: a private server always, which a user's database is copied to where one is
//! named.

mod catalog;
mod contents;
mod copies;
mod dump;
mod gates;
mod making;
mod reach;
mod settings;
mod triggers;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{MysqlConnection, QueryableByName, RunQueryDsl, sql_query};
use serde::de::DeserializeOwned;

use crate::db::mysql;
use crate::db::refusal::Refusal;

pub(super) use copies::{changes, put_back, rows_before, take};
pub(super) use gates::make_gates;
pub(super) use making::Disposable;
pub(super) use reach::reach;
pub(super) use settings::{ready, session};

/// How long a session that is ended may take to give back what it holds.
const ENDING: Duration = Duration::from_secs(10);

#[derive(QueryableByName)]
struct Json {
    #[diesel(sql_type = Nullable<Text>)]
    json: Option<String>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// A connection whose session is left as it comes.
pub(super) fn connect(url: &str) -> Result<MysqlConnection> {
    mysql::establish(url).map_err(Refusal::into_error)
}

/// What a question gives whose only column, `json`, is a text of JSON.
fn ask<T: DeserializeOwned>(connection: &mut MysqlConnection, question: &str) -> Result<T> {
    let found: Json = sql_query(question).get_result(connection)?;
    Ok(serde_json::from_str(found.json.as_deref().unwrap_or("[]"))?)
}

fn number(connection: &mut MysqlConnection, question: &str) -> Result<i64> {
    let found: Number = sql_query(question).get_result(connection)?;
    Ok(found.number)
}

/// A name as SQL takes it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text as SQL takes it where a backslash is nothing but a backslash.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether a question gives no row, or only true.
pub(super) fn holds(connection: &mut MysqlConnection, question: &str) -> Result<bool> {
    let question = format!(
        "WITH i (value) AS ({question}) \
         SELECT CAST(NOT EXISTS (SELECT 1 FROM i WHERE NOT (value <=> 1)) AS SIGNED) AS number"
    );
    Ok(number(connection, &question)? == 1)
}

/// Ends a session, and returns once nothing that it held is left: the server takes it off its list
/// after that. One that is gone already needs no end.
pub(super) fn end_session(url: &str, session: u32) {
    let Ok(mut connection) = connect(url) else {
        return;
    };
    let _ = connection.batch_execute(&format!("KILL {session}"));
    let is_there = format!(
        "SELECT CAST(COUNT(*) AS SIGNED) AS number FROM information_schema.PROCESSLIST \
         WHERE id = {session}"
    );
    let deadline = Instant::now() + ENDING;
    while number(&mut connection, &is_there).is_ok_and(|found| found > 0) {
        if Instant::now() > deadline {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
}
