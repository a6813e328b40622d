//! The tables of a MariaDB server, as its catalogs have them.

use anyhow::{Context, Result};
use diesel::sql_types::{BigInt, Text};
use diesel::{MysqlConnection, QueryableByName, RunQueryDsl, sql_query};

use super::super::catalog::{Catalog, Column, ForeignKey, Table};
use super::{number, quoted};

/// The databases that are none of the program's.
pub(super) const SYSTEM: &str =
    "('mysql', 'information_schema', 'performance_schema', 'sys', 'lockbench_race')";

/// A schema, as tables have it: empty where it is the session's own.
const OWN: &str = "IF({schema} = DATABASE(), '', {schema})";

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_schema: String,
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    is_generated: i64,
    #[diesel(sql_type = BigInt)]
    is_made_up: i64,
    #[diesel(sql_type = BigInt)]
    is_key: i64,
    #[diesel(sql_type = BigInt)]
    is_binary: i64,
}

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = Text)]
    table_schema: String,
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    other_schema: String,
    #[diesel(sql_type = Text)]
    other_table: String,
    #[diesel(sql_type = Text)]
    target: String,
}

/// Reads it.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn read(connection: &mut MysqlConnection) -> Result<Catalog> {
    refuse_versioned(connection)?;
    let columns = columns(connection).context("the database did not say which tables it has")?;
    let keys = keys(connection).context("the database did not say which keys it has")?;
    let mut catalog = Catalog::default();
    for row in columns {
        let is_last =
            |table: &Table| (&table.schema, &table.name) == (&row.table_schema, &row.table_name);
        if !catalog.tables.last().is_some_and(is_last) {
            catalog.tables.push(Table {
                schema: row.table_schema,
                name: row.table_name,
                columns: Vec::new(),
                foreign_keys: Vec::new(),
            });
        }
        if let Some(table) = catalog.tables.last_mut() {
            table.columns.push(Column {
                name: row.name,
                generated: row.is_generated == 1,
                made_up: row.is_made_up == 1,
                key: row.is_key == 1,
                binary: row.is_binary == 1,
            });
        }
    }
    for key in keys {
        let of = |table: &&mut Table| {
            (&table.schema, &table.name) == (&key.table_schema, &key.table_name)
        };
        if let Some(table) = catalog.tables.iter_mut().find(of) {
            table.foreign_keys.push(ForeignKey {
                column: key.name,
                table: (key.other_schema, key.other_table),
                target: key.target,
            });
        }
    }
    Ok(catalog)
}

/// A table that keeps its history cannot be put back: its history would grow.
fn refuse_versioned(connection: &mut MysqlConnection) -> Result<()> {
    let versioned = "SELECT CAST(COUNT(*) AS SIGNED) AS number FROM information_schema.TABLES \
                     WHERE TABLE_TYPE IN ('SYSTEM VERSIONED', 'SEQUENCE')";
    anyhow::ensure!(
        number(connection, versioned)? == 0,
        "race cannot put system-versioned tables and sequences of MariaDB back"
    );
    Ok(())
}

fn own(schema: &str) -> String {
    OWN.replace("{schema}", schema)
}

fn columns(connection: &mut MysqlConnection) -> Result<Vec<ColumnRow>> {
    let schema = own("c.TABLE_SCHEMA");
    let question = format!(
        "SELECT {schema} AS table_schema, c.TABLE_NAME AS table_name, c.COLUMN_NAME AS name, \
            CAST(c.EXTRA REGEXP '(VIRTUAL|STORED|PERSISTENT) GENERATED' AS SIGNED) AS is_generated, \
            CAST(CONCAT(c.EXTRA, ' ', COALESCE(c.COLUMN_DEFAULT, '')) REGEXP \
                'auto_increment|current_timestamp|now[(]|curdate|curtime|uuid|rand[(]|nextval' \
                AS SIGNED) AS is_made_up, \
            CAST(c.COLUMN_KEY = 'PRI' AS SIGNED) AS is_key, \
            CAST(c.DATA_TYPE REGEXP \
                'binary|blob|bit|geometry|point|linestring|polygon|collection' AS SIGNED) AS is_binary \
         FROM information_schema.COLUMNS c \
         JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME) \
         WHERE t.TABLE_TYPE = 'BASE TABLE' AND t.TABLE_SCHEMA NOT IN {SYSTEM} \
         ORDER BY table_schema, table_name, c.ORDINAL_POSITION"
    );
    Ok(sql_query(question).load(connection)?)
}

/// Foreign keys of one column.
fn keys(connection: &mut MysqlConnection) -> Result<Vec<KeyRow>> {
    let (schema, other) = (own("k.TABLE_SCHEMA"), own("k.REFERENCED_TABLE_SCHEMA"));
    let question = format!(
        "SELECT {schema} AS table_schema, k.TABLE_NAME AS table_name, \
            MAX(k.COLUMN_NAME) AS name, MAX({other}) AS other_schema, \
            MAX(k.REFERENCED_TABLE_NAME) AS other_table, MAX(k.REFERENCED_COLUMN_NAME) AS target \
         FROM information_schema.KEY_COLUMN_USAGE k \
         WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND k.TABLE_SCHEMA NOT IN {SYSTEM} \
         GROUP BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME HAVING COUNT(*) = 1 \
         ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME"
    );
    Ok(sql_query(question).load(connection)?)
}

/// The table, as SQL names it.
pub(super) fn sql(table: &Table) -> String {
    match table.schema.is_empty() {
        true => quoted(&table.name),
        false => format!("{}.{}", quoted(&table.schema), quoted(&table.name)),
    }
}

/// The columns that can be written, as a list.
pub(super) fn written(table: &Table) -> String {
    let columns = table.columns.iter().filter(|column| !column.generated);
    let names: Vec<String> = columns.map(|column| quoted(&column.name)).collect();
    names.join(", ")
}
