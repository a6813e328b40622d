//! Copies of the tables, from which they are put back.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use diesel::PgConnection;
use diesel::connection::SimpleConnection;

use super::contents::{fingerprints, rows};
use super::{Catalog, Contents, Row, SCHEMA, Table, ask};

/// The state that the tables had, and are put back to.
#[derive(Debug)]
pub struct Copies {
    catalog: Catalog,
    fingerprints: Vec<String>,
    /// The last value of each, and whether it has been given out.
    sequences: Vec<(i64, bool)>,
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
        Ok(Self {
            fingerprints: fingerprints(connection, &catalog)?,
            sequences: sequences(connection, &catalog)?,
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
            let found = rows(
                connection,
                &self.catalog.tables[number],
                &Table::copy(number),
            )?;
            self.rows.insert(number, found);
        }
        Ok(&self.rows[&number])
    }

    /// What is in those tables now that are not as they were.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn changes(&self, connection: &mut PgConnection) -> Result<Contents> {
        let mut contents = Contents::default();
        for number in self.changed(connection)? {
            let table = &self.catalog.tables[number];
            contents
                .0
                .insert(number, rows(connection, table, &table.sql())?);
        }
        Ok(contents)
    }

    fn changed(&self, connection: &mut PgConnection) -> Result<Vec<usize>> {
        let now = fingerprints(connection, &self.catalog)?;
        let pairs = now.iter().zip(&self.fingerprints).enumerate();
        Ok(pairs
            .filter(|(_, (now, before))| now != before)
            .map(|(number, _)| number)
            .collect())
    }

    /// Puts everything back that is not as it was. Neither triggers nor foreign keys have a say.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn put_back(&self, connection: &mut PgConnection) -> Result<()> {
        let mut put_back = String::new();
        for number in self.changed(connection)? {
            let table = &self.catalog.tables[number];
            let (name, columns) = (table.sql(), table.written());
            put_back.push_str(&format!("DELETE FROM {name}; "));
            if columns.is_empty() {
                continue;
            }
            put_back.push_str(&format!(
                "INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {}; ",
                Table::copy(number)
            ));
        }
        let now = sequences(connection, &self.catalog)?;
        let pairs = self.sequences.iter().zip(&now);
        for (name, (before, now)) in self.catalog.sequences.iter().zip(pairs) {
            if now != before {
                let (literal, (value, is_called)) = (name.replace('\'', "''"), before);
                put_back.push_str(&format!(
                    "SELECT setval('{literal}', {value}, {is_called}); "
                ));
            }
        }
        if put_back.is_empty() {
            return Ok(());
        }
        connection
            .batch_execute(&format!("BEGIN; {put_back} COMMIT"))
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
