//! The tables of a database, as its catalogs have them.

use anyhow::{Context, Result};
use diesel::PgConnection;
use serde::Deserialize;

use super::{OUTSIDE, SCHEMA, ask, quoted};

/// The tables of a database that hold rows, and its sequences.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Catalog {
    /// The tables, by schema and name.
    pub tables: Vec<Table>,
    pub(super) sequences: Vec<String>,
}

/// A table.
#[derive(Clone, Debug, Deserialize)]
pub struct Table {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its columns in their order.
    pub columns: Vec<Column>,
    /// Its foreign keys of one column.
    pub foreign_keys: Vec<ForeignKey>,
}

/// A column.
#[derive(Clone, Debug, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether it is computed from others, and cannot be written.
    pub generated: bool,
    /// Whether the database makes its values up: an identity, a sequence, a clock, a random number.
    pub made_up: bool,
    /// Whether it is a part of the primary key.
    pub key: bool,
}

/// A column that names a row of another table.
#[derive(Clone, Debug, Deserialize)]
pub struct ForeignKey {
    /// The column.
    pub column: String,
    /// The schema and the name of the other table.
    pub table: (String, String),
    /// The column there.
    pub target: String,
}

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

impl Catalog {
    /// Reads it.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn read(connection: &mut PgConnection) -> Result<Self> {
        ask(connection, QUESTION).context("the database did not say which tables it has")
    }
}

impl Table {
    /// Its name for people: the schema only where it is not the usual one, and ours without our name.
    pub fn shown(&self) -> String {
        match self.schema.as_str() {
            "public" => self.name.clone(),
            OUTSIDE => format!("outside.{}", self.name),
            schema => format!("{schema}.{}", self.name),
        }
    }

    /// Whether it holds the calls to the outside, and not what is a program's.
    pub fn is_of_calls(&self) -> bool {
        self.schema == OUTSIDE
    }

    pub(super) fn sql(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }

    /// The copy of the table with that number.
    pub(super) fn copy(number: usize) -> String {
        format!("{SCHEMA}.t{number}")
    }

    /// The columns that can be written, as a list.
    pub(super) fn written(&self) -> String {
        let columns = self.columns.iter().filter(|column| !column.generated);
        let names: Vec<String> = columns.map(|column| quoted(&column.name)).collect();
        names.join(", ")
    }
}
