//! MariaDB and MySQL: rights are granted on a database, to an account.

use diesel::sql_types::{Nullable, Text};
use diesel::{MysqlConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::Need;

#[derive(QueryableByName)]
struct Here {
    /// The account by which the server knows us, as in `clerk@localhost`.
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = Nullable<Text>)]
    place: Option<String>,
}

/// What lets our account do what is needed.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn grant(connection: &mut MysqlConnection, need: Need) -> QueryResult<String> {
    let here: Here = sql_query("SELECT CURRENT_USER() AS account, DATABASE() AS place LIMIT 1")
        .get_result(connection)?;
    let (user, host) = here
        .account
        .rsplit_once('@')
        .unwrap_or((&here.account, "%"));
    let rights = match need {
        Need::Read => "SELECT",
        // TRUNCATE takes the right to DROP.
        Need::Use | Need::Create | Need::Drop => "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP",
        Need::Temporary => "CREATE TEMPORARY TABLES",
        Need::Procedure => "CREATE ROUTINE, ALTER ROUTINE, EXECUTE",
    };
    let what = match need {
        Need::Procedure => "the strategy `procedure` needs a right that is missing",
        _ => "lockbench needs a right that is missing",
    };
    Ok(format!(
        "{what}; allow it with `GRANT {rights} ON {}.* TO '{}'@'{}'`",
        quoted(&here.place.unwrap_or_default()),
        user.replace('\'', "''"),
        host.replace('\'', "''"),
    ))
}

/// A name as SQL takes it.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphabetic() || c == '_';
    match !name.is_empty() && name.chars().all(is_plain) {
        true => name.to_owned(),
        false => format!("`{}`", name.replace('`', "``")),
    }
}
