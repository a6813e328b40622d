//! PostgreSQL: settings are read and set in one statement.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::{Done, Found, Kept, Setting};
use crate::db::Backend;

/// Lets the next statement be, whatever the session began with: on a standby none is possible at
/// `serializable`, and a hurried server would cut it off.
const FIRST: &str =
    "SET statement_timeout = 0; SET default_transaction_isolation = 'read committed'";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    name: String,
    /// The value with which the session began, in the setting's unit.
    #[diesel(sql_type = Nullable<Text>)]
    began_with: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    unit: Option<String>,
    /// The value after this statement; `None` where it takes a right of its own to set it.
    #[diesel(sql_type = Nullable<Text>)]
    now: Option<String>,
}

/// Sets all that is not `kept`, and gives what was found otherwise.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::db) fn make_ready(
    connection: &mut PgConnection,
    kept: &Kept,
) -> QueryResult<Vec<Found>> {
    connection.batch_execute(FIRST)?;
    let rows: Vec<Row> = sql_query(statement(kept)).load(connection)?;
    let mut found = Vec::new();
    for row in rows {
        let Some(setting) = Setting::all(Backend::Postgres).find(|it| it.name == row.name) else {
            continue;
        };
        let value = row.began_with.unwrap_or_default();
        let Some(mut one) = Found::of(setting, &value, kept) else {
            continue;
        };
        one.found.push_str(&row.unit.unwrap_or_default());
        if one.done == Done::Set && row.now.is_none() {
            let set = format!("SET {} = {}", setting.name, setting.needed_sql());
            if connection.batch_execute(&set).is_err() {
                one.done = Done::Refused;
            }
        }
        found.push(one);
    }
    Ok(found)
}

/// The names that a server does not know drop out by themselves; so do, to be set apart, those
/// that not every user may set (manual, 54.24 "pg_settings", `context`).
fn statement(kept: &Kept) -> String {
    let wanted: Vec<String> = Setting::all(Backend::Postgres)
        .map(|setting| {
            let needed = match kept.has(setting.name) {
                true => "NULL".to_owned(),
                false => format!("'{}'", setting.needed),
            };
            format!("('{}', {needed})", setting.name)
        })
        .collect();
    format!(
        "SELECT s.name, s.reset_val AS began_with, s.unit, \
         CASE WHEN s.context = 'user' \
         THEN pg_catalog.set_config(s.name, COALESCE(w.needed, s.reset_val), false) END AS now \
         FROM pg_catalog.pg_settings AS s \
         JOIN (VALUES {}) AS w (name, needed) ON w.name = s.name",
        wanted.join(", ")
    )
}
