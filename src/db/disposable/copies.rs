//! Copies of the tables, from which they are put back.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection;
use diesel::{PgConnection, RunQueryDsl, select};

use super::contents::{fingerprints, rows};
use super::functions::{self, Before};
use super::{Catalog, Contents, Row, SCHEMA, Table, ask};

/// The state that the tables had, and are put back to.
#[derive(Debug)]
pub struct Copies {
    catalog: Catalog,
    /// The rows of those tables that anybody has asked for.
    rows: BTreeMap<usize, Vec<Row>>,
}

impl Copies {
    /// Copies what is there now.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn take(connection: &mut PgConnection) -> Result<Self> {
        let catalog = Catalog::read(connection)?;
        let mut make = format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}; ");
        for (number, table) in catalog.tables.iter().enumerate() {
            // The generated columns are kept as well, to be read from it.
            let copy = Table::copy(number);
            make.push_str(&format!(
                "CREATE TABLE {copy} AS SELECT * FROM {}; ",
                table.sql()
            ));
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
        Ok(Self {
            rows: BTreeMap::new(),
            catalog,
        })
    }

    /// The tables.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The rows that a table had.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn rows(&mut self, connection: &mut PgConnection, number: usize) -> Result<&[Row]> {
        if !self.rows.contains_key(&number) {
            let table = &self.catalog.tables[number];
            let question = rows(table, &Table::copy(number));
            let found = ask(connection, &format!("SELECT ({question})::text AS json"))
                .with_context(|| format!("{} could not be read", table.shown()))?;
            self.rows.insert(number, found);
        }
        Ok(&self.rows[&number])
    }

    /// What is in those tables now that are not as they were.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn changes(&self, connection: &mut PgConnection) -> Result<Contents> {
        // The server knows it by its name the next time: only `select` remembers that.
        let found: String = select(functions::changes())
            .get_result(connection)
            .context("the tables could not be read")?;
        let changes: Vec<(usize, Vec<Row>)> = serde_json::from_str(&found)?;
        Ok(Contents(changes.into_iter().collect()))
    }

    /// Puts everything back that is not as it was. Neither triggers nor foreign keys have a say.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn put_back(&self, connection: &mut PgConnection) -> Result<()> {
        connection
            .batch_execute(functions::PUT_BACK)
            .context("the tables could not be put back")
    }
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
