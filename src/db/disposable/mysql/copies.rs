//! Copies of the tables, from which they are put back.
//!
//! A table is emptied by TRUNCATE: what DELETE leaves is only marked, and changes which gaps are
//! locked until it is cleared away.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{MysqlConnection, QueryableByName, RunQueryDsl, sql_query};

use super::super::SCHEMA;
use super::super::catalog::{Catalog, Table, copy};
use super::super::contents::{Contents, Row};
use super::catalog::{self, sql, written};
use super::contents::{fingerprints, rows};
use super::triggers;

/// The number that a table gives to its next row.
#[derive(QueryableByName)]
struct Counter {
    #[diesel(sql_type = Text)]
    table_schema: String,
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = BigInt)]
    next: i64,
}

/// Copies what is there now. Gives with the catalog what each table was: its fingerprint and its
/// counter.
pub(in super::super) fn take(connection: &mut MysqlConnection) -> Result<(Catalog, Vec<String>)> {
    let catalog = catalog::read(connection)?;
    let mut make = format!("DROP SCHEMA IF EXISTS {SCHEMA}; CREATE SCHEMA {SCHEMA}; ");
    for (number, table) in catalog.tables.iter().enumerate() {
        let (copy, table) = (copy(number), sql(table));
        make.push_str(&format!("CREATE TABLE {copy} AS SELECT * FROM {table}; "));
    }
    connection
        .batch_execute(&make)
        .context("the tables could not be copied")?;
    triggers::silence(connection).context("the triggers could not be kept from firing")?;
    let counters = counters(connection)?;
    let before = fingerprints(connection, &catalog)?.into_iter();
    let before = before.zip(&catalog.tables).map(|(fingerprint, table)| {
        let next = counters.get(&key(table)).copied().unwrap_or_default();
        format!("{fingerprint} {next}")
    });
    let before = before.collect();
    Ok((catalog, before))
}

fn key(table: &Table) -> (String, String) {
    (table.schema.clone(), table.name.clone())
}

fn counters(connection: &mut MysqlConnection) -> Result<BTreeMap<(String, String), i64>> {
    let question = "SELECT IF(TABLE_SCHEMA = DATABASE(), '', TABLE_SCHEMA) AS table_schema, \
            TABLE_NAME AS table_name, CAST(AUTO_INCREMENT AS SIGNED) AS next \
         FROM information_schema.TABLES WHERE AUTO_INCREMENT IS NOT NULL \
         AND TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')";
    let found: Vec<Counter> = sql_query(question).load(connection)?;
    let found = found.into_iter();
    Ok(found
        .map(|counter| ((counter.table_schema, counter.table_name), counter.next))
        .collect())
}

/// The tables whose rows are not what they were.
fn changed(
    connection: &mut MysqlConnection,
    catalog: &Catalog,
    before: &[String],
) -> Result<Vec<usize>> {
    let now = fingerprints(connection, catalog)?;
    let was = before.iter().map(|before| before.split(' ').next());
    let differing = now.iter().zip(was).enumerate();
    Ok(differing
        .filter(|(_, (now, was))| Some(now.as_str()) != *was)
        .map(|(number, _)| number)
        .collect())
}

/// The rows that a table had.
pub(in super::super) fn rows_before(
    connection: &mut MysqlConnection,
    table: &Table,
    number: usize,
) -> Result<Vec<Row>> {
    rows(connection, table, &copy(number))
}

/// What is in those tables now that are not as they were.
pub(in super::super) fn changes(
    connection: &mut MysqlConnection,
    catalog: &Catalog,
    before: &[String],
) -> Result<Contents> {
    let mut contents = Contents::default();
    for number in changed(connection, catalog, before)? {
        let table = &catalog.tables[number];
        let found = rows(connection, table, &sql(table))?;
        contents.0.insert(number, found);
    }
    Ok(contents)
}

/// Puts everything back that is not as it was.
pub(in super::super) fn put_back(
    connection: &mut MysqlConnection,
    catalog: &Catalog,
    before: &[String],
) -> Result<()> {
    let mut done = String::new();
    for number in changed(connection, catalog, before)? {
        let table = &catalog.tables[number];
        let (name, columns) = (sql(table), written(table));
        done.push_str(&format!("TRUNCATE TABLE {name}; "));
        if !columns.is_empty() {
            let copy = copy(number);
            done.push_str(&format!(
                "INSERT INTO {name} ({columns}) SELECT {columns} FROM {copy}; "
            ));
        }
    }
    if !done.is_empty() {
        connection.batch_execute(&done)?;
    }
    let now = counters(connection)?;
    for (table, before) in catalog.tables.iter().zip(before) {
        let was: Option<i64> = before.rsplit(' ').next().and_then(|next| next.parse().ok());
        let (Some(now), Some(was)) = (now.get(&key(table)).copied(), was) else {
            continue;
        };
        if now != was {
            let name = sql(table);
            connection.batch_execute(&format!("ALTER TABLE {name} AUTO_INCREMENT = {was}"))?;
        }
    }
    Ok(())
}
