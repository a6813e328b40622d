//! Copies of the tables, from which they are put back.

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection;
use diesel::{PgConnection, RunQueryDsl, select};

use super::super::SCHEMA;
use super::super::catalog::{Catalog, Table, copy};
use super::super::contents::{Contents, Row};
use super::ask;
use super::catalog::{self, sql};
use super::contents::{fingerprints, rows};
use super::functions::{self, Before};

/// Copies what is there now.
pub(in super::super) fn take(connection: &mut PgConnection) -> Result<Catalog> {
    let catalog = catalog::read(connection)?;
    let mut make = format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}; ");
    for (number, table) in catalog.tables.iter().enumerate() {
        // The generated columns are kept as well, to be read from it.
        let (copy, table) = (copy(number), sql(table));
        make.push_str(&format!("CREATE TABLE {copy} AS SELECT * FROM {table}; "));
    }
    connection
        .batch_execute(&make)
        .context("the tables could not be copied")?;
    let before = Before {
        fingerprints: fingerprints(connection, &catalog)?,
        sequences: sequences(connection, &catalog)?,
    };
    connection
        .batch_execute(&functions::make(&catalog, &before))
        .context("the functions could not be made that put the tables back")?;
    Ok(catalog)
}

/// The rows that a table had.
pub(in super::super) fn rows_before(
    connection: &mut PgConnection,
    table: &Table,
    number: usize,
) -> Result<Vec<Row>> {
    let question = rows(table, &copy(number));
    ask(connection, &format!("SELECT ({question})::text AS json"))
}

/// What is in those tables now that are not as they were.
pub(in super::super) fn changes(connection: &mut PgConnection) -> Result<Contents> {
    // The server knows it by its name the next time: only `select` remembers that.
    let found: String = select(functions::changes()).get_result(connection)?;
    let changes: Vec<(usize, Vec<Row>)> = serde_json::from_str(&found)?;
    Ok(Contents(changes.into_iter().collect()))
}

/// Puts everything back that is not as it was.
pub(in super::super) fn put_back(connection: &mut PgConnection) -> Result<()> {
    Ok(connection.batch_execute(functions::PUT_BACK)?)
}

fn sequences(connection: &mut PgConnection, catalog: &Catalog) -> Result<Vec<(i64, bool)>> {
    let one =
        |name: &String| format!("(SELECT json_build_array(last_value, is_called) FROM {name})");
    let each: Vec<String> = catalog.sequences.iter().map(one).collect();
    let question = format!(
        "SELECT array_to_json(ARRAY[{}]::json[])::text AS json",
        each.join(", ")
    );
    ask(connection, &question).context("the sequences could not be read")
}
