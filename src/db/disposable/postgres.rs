//! PostgreSQL: a copy by template, rows as JSON, and functions in the database that put it back.

mod catalog;
mod contents;
mod copies;
mod functions;
mod keeper;
mod making;
mod reach;
mod settings;

use diesel::sql_types::{Bool, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};
use serde::de::DeserializeOwned;

use crate::db::postgres;
use crate::db::refusal::Refusal;

pub(super) use copies::{changes, put_back, rows_before, take};
pub(super) use keeper::keep;
pub(super) use making::Disposable;
pub use reach::{Reach, Relation};
pub(super) use settings::{ready, session};

#[derive(QueryableByName)]
struct Json {
    #[diesel(sql_type = Text)]
    json: String,
}

#[derive(QueryableByName)]
struct Holds {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

/// A connection by libpq's settings, whose session is left as it comes.
pub(super) fn connect(settings: &str) -> anyhow::Result<PgConnection> {
    postgres::establish(settings).map_err(Refusal::into_error)
}

/// What a question gives whose only column, `json`, is a text of JSON.
fn ask<T: DeserializeOwned>(connection: &mut PgConnection, question: &str) -> anyhow::Result<T> {
    let found: Json = sql_query(question).get_result(connection)?;
    Ok(serde_json::from_str(&found.json)?)
}

/// A name as PostgreSQL's SQL takes it, whatever is in it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Whether a question gives no row, or only true.
pub(super) fn holds(connection: &mut PgConnection, question: &str) -> anyhow::Result<bool> {
    // Of any first column only `true` is right.
    let question = format!(
        "SELECT NOT EXISTS (SELECT 1 FROM ({question}) AS i (value) \
         WHERE value::text IS DISTINCT FROM 'true') AS holds"
    );
    let found: Holds = sql_query(question).get_result(connection)?;
    Ok(found.holds)
}
