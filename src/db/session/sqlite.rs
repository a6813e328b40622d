//! SQLite: pragmas, whose defaults were chosen when it was compiled.

use diesel::connection::SimpleConnection;
use diesel::row::NamedRow;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, deserialize, sql_query};

use super::{Found, Kept, Setting};
use crate::db::Backend;

/// The value of a pragma, in a column that has its name.
struct Value(String);

impl QueryableByName<Sqlite> for Value {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        Setting::all(Backend::Sqlite)
            .find_map(|setting| NamedRow::get::<Text, String>(row, setting.name).ok())
            .map(Self)
            .ok_or_else(|| "no column with a pragma's name".into())
    }
}

/// Sets all that is not `kept`, and gives what was found otherwise.
///
/// # Errors
/// Whatever SQLite answers.
pub(in crate::db) fn make_ready(
    connection: &mut SqliteConnection,
    kept: &Kept,
) -> QueryResult<Vec<Found>> {
    let mut found = Vec::new();
    for setting in Setting::all(Backend::Sqlite) {
        let name = setting.name;
        // Not by its table-valued function, which would have to wait for whoever writes the file.
        let Value(value) = sql_query(format!("PRAGMA {name}")).get_result(connection)?;
        found.extend(Found::of(setting, &value, kept));
        if !kept.has(name) {
            connection.batch_execute(&format!("PRAGMA {name} = {}", setting.needed))?;
        }
    }
    Ok(found)
}
