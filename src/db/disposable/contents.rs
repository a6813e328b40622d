//! What is in the tables.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use diesel::PgConnection;

use super::{Catalog, Table, ask, quoted};

/// A row: the value of each column, as text; `None` is NULL.
pub type Row = Vec<Option<String>>;

/// The rows of the tables that are not as they were, by the table's place in the catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents(pub BTreeMap<usize, Vec<Row>>);

/// A number for each table that its rows decide, and their order does not.
pub(super) fn fingerprints(
    connection: &mut PgConnection,
    catalog: &Catalog,
) -> Result<Vec<String>> {
    if catalog.tables.is_empty() {
        return Ok(Vec::new());
    }
    let one = |table: &Table| {
        format!(
            "(SELECT md5(coalesce(string_agg(r, E'\\n' ORDER BY r COLLATE \"C\"), '')) \
             FROM (SELECT t::text AS r FROM {} AS t) AS rows)",
            table.sql()
        )
    };
    let each: Vec<String> = catalog.tables.iter().map(one).collect();
    let question = format!(
        "SELECT array_to_json(ARRAY[{}])::text AS json",
        each.join(", ")
    );
    ask(connection, &question).context("the tables could not be read")
}

/// The rows of `table`, which may be those of its copy under the name `from`.
pub(super) fn rows(connection: &mut PgConnection, table: &Table, from: &str) -> Result<Vec<Row>> {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("{}::text", quoted(&column.name)))
        .collect();
    let question = format!(
        "SELECT coalesce(json_agg(array_to_json(ARRAY[{}]::text[])), '[]')::text AS json FROM {from}",
        columns.join(", ")
    );
    ask(connection, &question).with_context(|| format!("{} could not be read", table.shown()))
}
