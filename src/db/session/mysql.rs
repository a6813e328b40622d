//! MariaDB and MySQL: settings are read and set in one statement.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{MysqlConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::{Done, Found, Kept, Setting};
use crate::db::Backend;

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

/// Sets all that is not `kept`, and gives what was found otherwise.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::db) fn make_ready(
    connection: &mut MysqlConnection,
    kept: &Kept,
) -> QueryResult<Vec<Found>> {
    if connection.batch_execute(&statement(kept)).is_err() {
        // A server that lacks one of them, or lets us not set it, refuses them all.
        return one_by_one(connection, kept);
    }
    // With a LIMIT of its own, `sql_select_limit` has no say.
    let began_with = ask(connection, "@lockbench_session")?;
    let values = began_with.lines().filter_map(|line| line.split_once('='));
    Ok(values
        .filter_map(|(name, value)| Found::of(row(name)?, value, kept))
        .collect())
}

fn row(name: &str) -> Option<&'static Setting> {
    Setting::all(Backend::Mysql).find(|setting| setting.name == name)
}

/// Writes the values into a variable of the session and sets them anew. A SET computes all values
/// before it sets the first (MySQL 8.4 manual, 15.7.6.1).
fn statement(kept: &Kept) -> String {
    let mut read = String::new();
    let mut set = String::new();
    for setting in Setting::all(Backend::Mysql) {
        let name = setting.name;
        let one = format!(", '{name}=', @@{name}, CHAR(10)");
        read.push_str(&in_comment(setting, &one));
        if !kept.has(name) {
            let one = format!(", {name} = {}", setting.needed_sql());
            set.push_str(&in_comment(setting, &one));
        }
    }
    format!("SET @lockbench_session = CONCAT(''{read}){set}")
}

/// What servers without the setting skip as a comment.
fn in_comment(setting: &Setting, text: &str) -> String {
    match setting.only {
        "" => text.to_owned(),
        only => format!("/*{only}{text} */"),
    }
}

fn one_by_one(connection: &mut MysqlConnection, kept: &Kept) -> QueryResult<Vec<Found>> {
    let mut found = Vec::new();
    for setting in Setting::all(Backend::Mysql) {
        let name = setting.name;
        // What a server does not know changes nothing there.
        let Ok(value) = ask(connection, &format!("CAST(@@{name} AS CHAR)")) else {
            continue;
        };
        let Some(mut one) = Found::of(setting, &value, kept) else {
            continue;
        };
        let set = format!("SET {name} = {}", setting.needed_sql());
        if one.done == Done::Set && connection.batch_execute(&set).is_err() {
            one.done = Done::Refused;
        }
        found.push(one);
    }
    Ok(found)
}

fn ask(connection: &mut MysqlConnection, what: &str) -> QueryResult<String> {
    sql_query(format!("SELECT {what} AS value LIMIT 1"))
        .get_result::<Answer>(connection)
        .map(|answer| answer.value.unwrap_or_default())
}
