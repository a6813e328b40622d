//! Gates before the rows of the tables whose names a connection looks up, for as long as that lasts:
//! what depends on a function in its temporary schema, PostgreSQL drops with the schema, also when
//! whoever has made it is killed.

use diesel::connection::LoadConnection;
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::gate::{TRIGGER, function};

/// The tables: the rows of a partitioned one are written to its partitions.
const TABLES: &str = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND c.relkind = 'r' AND c.relpersistence <> 't'
      AND n.nspname = ANY (pg_catalog.current_schemas(false))";

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Puts them there.
pub(super) fn make(connection: &mut impl LoadConnection<Backend = Pg>) -> QueryResult<()> {
    let function = function("pg_temp");
    connection.batch_execute(&format!(
        "SET client_min_messages = warning; {function};
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.oid::regclass FROM {TABLES} LOOP
        EXECUTE 'DROP TRIGGER IF EXISTS \"{TRIGGER}\" ON ' || name;
        EXECUTE 'CREATE TRIGGER \"{TRIGGER}\" BEFORE INSERT OR UPDATE OR DELETE ON ' || name
            || ' FOR EACH ROW EXECUTE FUNCTION pg_temp.gate()';
    END LOOP;
END $$"
    ))
}

/// The tables that have none, or a disabled one.
pub(super) fn missing(
    connection: &mut impl LoadConnection<Backend = Pg>,
) -> QueryResult<Vec<String>> {
    let tables = sql_query(format!(
        "SELECT c.oid::regclass::text AS name FROM {TABLES} AND NOT EXISTS
         (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgname = '{TRIGGER}' AND tgenabled = 'O')"
    ))
    .load::<Table>(connection)?;
    Ok(tables.into_iter().map(|table| table.name).collect())
}

/// Takes them away again.
pub(super) fn remove(connection: &mut impl LoadConnection<Backend = Pg>) -> QueryResult<()> {
    connection.batch_execute("DROP FUNCTION pg_temp.gate() CASCADE")
}
