//! The tables of a PostgreSQL database, as its catalogs have them.

use anyhow::{Context, Result};
use diesel::PgConnection;

use super::super::catalog::{Catalog, Table};
use super::{ask, quoted};

/// Partitions hold the rows of a partitioned table. The catalogs of extensions are left out:
/// their tables are none of the program's.
const QUESTION: &str = "
WITH t AS (
    SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'lockbench_race')
      AND n.nspname NOT LIKE 'pg\\_%'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                      AND d.objid = c.oid AND d.deptype = 'e')
)
SELECT json_build_object(
  'tables', (SELECT coalesce(json_agg(json_build_object(
    'schema', nspname, 'name', relname,
    'columns', (SELECT coalesce(json_agg(json_build_object(
        'name', a.attname, 'generated', a.attgenerated <> '',
        'made_up', a.attidentity <> '' OR a.attgenerated = '' AND
            coalesce(pg_get_expr(d.adbin, d.adrelid), '') ~*
            'nextval|now\\(|clock_timestamp|statement_timestamp|current_timestamp|current_time|localtime|uuid|random',
        'key', EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary
                       AND a.attnum = ANY (i.indkey))
      ) ORDER BY a.attnum), '[]')
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'foreign_keys', (SELECT coalesce(json_agg(json_build_object(
        'column', a.attname, 'table', json_build_array(fn.nspname, fc.relname), 'target', b.attname)), '[]')
      FROM pg_constraint k
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
      JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
      JOIN pg_class fc ON fc.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = fc.relnamespace
      WHERE k.conrelid = t.oid AND k.contype = 'f' AND cardinality(k.conkey) = 1)
  ) ORDER BY nspname, relname), '[]') FROM t),
  'sequences', (SELECT coalesce(json_agg(format('%I.%I', n.nspname, c.relname)), '[]')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\\_%')
)::text AS json";

/// Reads it.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn read(connection: &mut PgConnection) -> Result<Catalog> {
    ask(connection, QUESTION).context("the database did not say which tables it has")
}

/// The table, as SQL names it.
pub(super) fn sql(table: &Table) -> String {
    format!("{}.{}", quoted(&table.schema), quoted(&table.name))
}

/// The columns that can be written, as a list.
pub(super) fn written(table: &Table) -> String {
    let columns = table.columns.iter().filter(|column| !column.generated);
    let names: Vec<String> = columns.map(|column| quoted(&column.name)).collect();
    names.join(", ")
}
