//! A gate before each row that a session of PostgreSQL's writes: a trigger that takes two advisory
//! locks by turns, shared, and gives each back at once. Whoever holds them exclusively lets the
//! session write row by row: there is always one of the two for which it waits.

pub(super) mod mysql;

use diesel::connection::LoadConnection;
use diesel::pg::Pg;
use diesel::sql_types::BigInt;
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl, sql_query};

/// The first of two numbers that nobody else's locks are expected to have; the second one follows.
/// The other half of a lock's name is the number of the session.
const KEY: i64 = 0x10c_6a7e;

/// The trigger's name: those of a table fire in the order of their names (manual, 39.1).
pub(super) const TRIGGER: &str = " lockbench";

#[derive(QueryableByName)]
struct Waited {
    #[diesel(sql_type = BigInt)]
    key: i64,
}

/// The SQL that puts a gate before the rows of all tables that are there and not in the schemas
/// `but`, with its function in `schema`. Rows are not changed by it. It does not fire where
/// `session_replication_role` is `replica`.
#[cfg(feature = "cli")]
pub(super) fn make(schema: &str, but: &[&str]) -> String {
    let but = but.join("', '");
    let function = function(schema);
    format!(
        "{function};
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        -- The rows of a partitioned table are written to its partitions.
        WHERE c.oid >= 16384 AND c.relkind = 'r'
          AND c.relpersistence <> 't' AND n.nspname NOT IN ('{but}') LOOP
        EXECUTE 'CREATE TRIGGER \"{TRIGGER}\" BEFORE INSERT OR UPDATE OR DELETE ON ' || name
            || ' FOR EACH ROW EXECUTE FUNCTION {schema}.gate()';
    END LOOP;
END $$"
    )
}

/// The SQL that makes the function of these triggers.
pub(super) fn function(schema: &str) -> String {
    format!(
        "CREATE FUNCTION {schema}.gate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    turn int := coalesce(nullif(pg_catalog.current_setting('lockbench.turn', true), ''), '0');
BEGIN
    PERFORM pg_catalog.pg_advisory_lock_shared({KEY} + turn, pg_catalog.pg_backend_pid());
    PERFORM pg_catalog.pg_advisory_unlock_shared({KEY} + turn, pg_catalog.pg_backend_pid());
    PERFORM pg_catalog.set_config('lockbench.turn', (1 - turn)::text, true);
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$"
    )
}

/// Has the session with that number wait before each row that it writes.
pub(super) fn close(
    connection: &mut impl LoadConnection<Backend = Pg>,
    id: i64,
) -> QueryResult<()> {
    connection.batch_execute(&format!(
        "SELECT pg_advisory_lock({KEY}, {id}), pg_advisory_lock({KEY} + 1, {id})"
    ))
}

/// Lets it past the lock for which it waits, and no further; `passed` is the one before. Gives which
/// one it is now; `None` where it does not wait any more.
pub(super) fn pass(
    connection: &mut impl LoadConnection<Backend = Pg>,
    id: i64,
    passed: Option<i64>,
) -> QueryResult<Option<i64>> {
    let waited = sql_query(format!(
        "SELECT classid::bigint AS key FROM pg_locks WHERE pid = {id} AND NOT granted
         AND locktype = 'advisory' AND objid = {id} AND classid IN ({KEY}, {KEY} + 1)"
    ))
    .get_result::<Waited>(connection)
    .optional()?;
    let Some(Waited { key }) = waited else {
        return Ok(None);
    };
    let again = match passed {
        Some(passed) => format!("SELECT pg_advisory_lock({passed}, {id}); "),
        None => String::new(),
    };
    connection.batch_execute(&format!("{again}SELECT pg_advisory_unlock({key}, {id})"))?;
    Ok(Some(key))
}

/// Has it wait no more.
pub(super) fn open(connection: &mut impl LoadConnection<Backend = Pg>, id: i64) -> QueryResult<()> {
    connection.batch_execute(&format!(
        "SELECT pg_advisory_unlock(classid::bigint::int, {id}) FROM pg_locks
         WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND objid = {id}
           AND classid IN ({KEY}, {KEY} + 1)"
    ))
}
