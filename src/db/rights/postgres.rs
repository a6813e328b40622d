//! PostgreSQL: rights on the database, on our schema, and on what is in it.

use diesel::sql_types::{Bool, Nullable, Text};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::Need;

/// The names are quoted as SQL takes them. `owner`: of tables of ours that are not ours.
const QUESTION: &str = "SELECT quote_ident(current_user) AS me, \
     quote_ident(current_database()) AS place, \
     has_database_privilege(current_database(), 'CREATE') AS may_make_schemas, \
     has_database_privilege(current_database(), 'TEMPORARY') AS may_make_temporary, \
     has_schema_privilege(n.oid, 'USAGE') AS may_look_in, \
     has_schema_privilege(n.oid, 'CREATE') AS may_create_in, \
     (SELECT quote_ident(pg_get_userbyid(c.relowner)) FROM pg_class AS c \
      WHERE c.relnamespace = n.oid AND c.relname LIKE 'lockbench\\_%' AND c.relkind = 'r' \
      AND NOT pg_has_role(c.relowner, 'USAGE') LIMIT 1) AS owner, \
     (SELECT bool_and(has_table_privilege(c.oid, 'SELECT')) FROM pg_class AS c \
      WHERE c.relnamespace = n.oid AND c.relname LIKE 'lockbench\\_%' AND c.relkind = 'r') \
     AS may_read \
     FROM (SELECT 1) AS one LEFT JOIN pg_namespace AS n ON n.nspname = 'lockbench'";

#[derive(QueryableByName)]
struct Rights {
    #[diesel(sql_type = Text)]
    me: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Bool)]
    may_make_schemas: bool,
    #[diesel(sql_type = Bool)]
    may_make_temporary: bool,
    /// `None`: there is no such schema.
    #[diesel(sql_type = Nullable<Bool>)]
    may_look_in: Option<bool>,
    #[diesel(sql_type = Nullable<Bool>)]
    may_create_in: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    owner: Option<String>,
    #[diesel(sql_type = Nullable<Bool>)]
    may_read: Option<bool>,
}

/// What is missing for `need`, and the statement that grants it; `None` where nothing is.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn missing(connection: &mut PgConnection, need: Need) -> QueryResult<Option<String>> {
    let rights: Rights = sql_query(QUESTION).get_result(connection)?;
    Ok(rights.missing(need))
}

/// The same where the schema is there. That it may not be made is told by PostgreSQL itself.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn missing_inside(
    connection: &mut PgConnection,
    need: Need,
) -> QueryResult<Option<String>> {
    let rights: Rights = sql_query(QUESTION).get_result(connection)?;
    Ok(rights.may_look_in.and_then(|_| rights.missing(need)))
}

impl Rights {
    fn missing(&self, need: Need) -> Option<String> {
        let Self { me, place, .. } = self;
        if need == Need::Temporary {
            return (!self.may_make_temporary).then(|| {
                format!(
                    "{me} is not allowed to create temporary tables; allow it with \
                     `GRANT TEMPORARY ON DATABASE {place} TO {me}`"
                )
            });
        }
        let Some(may_look_in) = self.may_look_in else {
            return (need == Need::Create && !self.may_make_schemas).then(|| {
                format!(
                    "{me} is not allowed to create the schema lockbench; allow it with \
                     `GRANT CREATE ON DATABASE {place} TO {me}`, or create it yourself: \
                     `CREATE SCHEMA lockbench AUTHORIZATION {me}`"
                )
            });
        };
        let creates = matches!(need, Need::Create | Need::Procedure);
        if !may_look_in {
            let rights = if creates { "USAGE, CREATE" } else { "USAGE" };
            return Some(format!(
                "{me} has no access to the schema lockbench; allow it with \
                 `GRANT {rights} ON SCHEMA lockbench TO {me}`"
            ));
        }
        if creates && self.may_create_in != Some(true) {
            return Some(format!(
                "{me} is not allowed to create anything in the schema lockbench; allow it with \
                 `GRANT CREATE ON SCHEMA lockbench TO {me}`"
            ));
        }
        if need == Need::Read {
            return (self.may_read == Some(false)).then(|| {
                format!(
                    "{me} is not allowed to read lockbench's tables; allow it with \
                     `GRANT SELECT ON ALL TABLES IN SCHEMA lockbench TO {me}`"
                )
            });
        }
        // Only their owner may restart what counts the rows, or drop them.
        let owner = self.owner.as_ref()?;
        Some(format!(
            "lockbench's tables belong to {owner} here: connect as {owner}, or let {me} act as \
             {owner} with `GRANT {owner} TO {me}`"
        ))
    }
}
