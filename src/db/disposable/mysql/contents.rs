//! The questions for what is in the tables.

use anyhow::{Context, Result};
use diesel::MysqlConnection;

use super::super::catalog::{Catalog, Table};
use super::super::contents::Row;
use super::catalog::sql;
use super::{ask, quoted};

/// A row as JSON: each value as text, and bytes in hexadecimal.
fn row(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| {
        let name = quoted(&column.name);
        match column.binary {
            true => format!("HEX({name})"),
            false => format!("CAST({name} AS CHAR CHARACTER SET utf8mb4)"),
        }
    });
    let columns: Vec<String> = columns.collect();
    format!("JSON_ARRAY({})", columns.join(", "))
}

/// The question for a number that the rows of `table` decide, and their order does not: how many
/// there are, and the sums of both halves of each one's hash.
fn fingerprint(table: &Table) -> String {
    let sum =
        |half: &str| format!("COALESCE(SUM(CAST(CONV({half}(h, 16), 16, 10) AS DECIMAL(20))), 0)");
    format!(
        "(SELECT CONCAT_WS('/', COUNT(*), {}, {}) FROM (SELECT MD5({}) AS h FROM {}) AS hashes)",
        sum("LEFT"),
        sum("RIGHT"),
        row(table),
        sql(table)
    )
}

/// That number of each table.
pub(super) fn fingerprints(
    connection: &mut MysqlConnection,
    catalog: &Catalog,
) -> Result<Vec<String>> {
    let each: Vec<String> = catalog.tables.iter().map(fingerprint).collect();
    let question = format!("SELECT JSON_ARRAY({}) AS json", each.join(", "));
    ask(connection, &question).context("the tables could not be read")
}

/// The rows of `table`, which may be those of its copy under the name `from`.
pub(super) fn rows(
    connection: &mut MysqlConnection,
    table: &Table,
    from: &str,
) -> Result<Vec<Row>> {
    let question = format!("SELECT JSON_ARRAYAGG({}) AS json FROM {from}", row(table));
    ask(connection, &question)
}
