//! A PostgreSQL database that was made to be changed at will: put back as it was, read, removed.

mod calls;
mod catalog;
mod contents;
mod copies;
mod functions;
mod keeper;
mod making;
mod reach;
mod settings;

use anyhow::Context;
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use serde::de::DeserializeOwned;

use super::refusal::Refusal;
use super::{gate, postgres};

pub use calls::{Call, Calls, Kept};
pub use catalog::{Catalog, Column, ForeignKey, Table};
pub use contents::{Contents, Row};
pub use copies::Copies;
pub use keeper::keep;
pub use making::{Disposable, Listens, MakeError, WhereClients};
pub use reach::{Reach, Relation};
pub use settings::{Session, ready};

/// The schema that holds the copies of the tables.
const SCHEMA: &str = "lockbench_race";

/// The schema that holds the calls to the outside.
const OUTSIDE: &str = "lockbench_outside";

#[derive(QueryableByName)]
struct Json {
    #[diesel(sql_type = Text)]
    json: String,
}

/// A connection by libpq's settings, whose session is left as it comes.
fn connect(settings: &str) -> anyhow::Result<PgConnection> {
    postgres::establish(settings).map_err(Refusal::into_error)
}

/// What a question gives whose only column, `json`, is a text of JSON.
fn ask<T: DeserializeOwned>(connection: &mut PgConnection, question: &str) -> anyhow::Result<T> {
    let found: Json = sql_query(question).get_result(connection)?;
    Ok(serde_json::from_str(&found.json)?)
}

/// Puts a gate before each row that a session writes into the tables that are there, at which it can
/// be stopped inside its statement.
///
/// # Errors
/// Whatever the database answers.
pub fn make_gates(connection: &mut PgConnection) -> anyhow::Result<()> {
    connection
        .batch_execute(&gate::make(SCHEMA, &[SCHEMA, OUTSIDE]))
        .context("the triggers could not be made that stop a statement before it writes a row")
}

/// A name as SQL takes it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
