//! The questions for what is in the tables.

use anyhow::{Context, Result};
use diesel::PgConnection;

use super::super::catalog::{Catalog, Table};
use super::catalog::sql;
use super::{ask, quoted};

/// The question for a number that the rows of `table` decide, and their order does not.
pub(super) fn fingerprint(table: &Table) -> String {
    format!(
        "SELECT md5(coalesce(string_agg(r, E'\\n' ORDER BY r COLLATE \"C\"), '')) \
         FROM (SELECT t::text AS r FROM {} AS t) AS rows",
        sql(table)
    )
}

/// That number of each table.
pub(super) fn fingerprints(
    connection: &mut PgConnection,
    catalog: &Catalog,
) -> Result<Vec<String>> {
    let each = catalog
        .tables
        .iter()
        .map(|table| format!("({})", fingerprint(table)));
    let each: Vec<String> = each.collect();
    let question = format!(
        "SELECT array_to_json(ARRAY[{}]::text[])::text AS json",
        each.join(", ")
    );
    ask(connection, &question).context("the tables could not be read")
}

/// The question for the rows of `table`, which may be those of its copy under the name `from`.
pub(super) fn rows(table: &Table, from: &str) -> String {
    let columns = table.columns.iter();
    let columns: Vec<String> = columns
        .map(|column| format!("{}::text", quoted(&column.name)))
        .collect();
    format!(
        "SELECT coalesce(json_agg(array_to_json(ARRAY[{}]::text[])), '[]') FROM {from}",
        columns.join(", ")
    )
}
