//! Copies of the tables, from which they are put back.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::catalog::Catalog;
use super::contents::{Contents, Row};
#[cfg(feature = "mysql")]
use super::mysql;
use super::{on_either, postgres};
use crate::db::AnyConnection;

/// The state that the tables had, and are put back to.
#[derive(Debug)]
pub struct Copies {
    catalog: Catalog,
    /// What each table was, in short, where that is not kept in the database.
    #[cfg_attr(not(feature = "mysql"), expect(dead_code))]
    before: Vec<String>,
    /// The rows of those tables that anybody has asked for.
    rows: BTreeMap<usize, Vec<Row>>,
}

impl Copies {
    /// Copies what is there now.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn take(connection: &mut AnyConnection) -> Result<Self> {
        let (catalog, before) = on_either!(connection, inner =>
            postgres::take(inner).map(|catalog| (catalog, Vec::new())),
            mysql::take(inner)
        )?;
        Ok(Self {
            catalog,
            before,
            rows: BTreeMap::new(),
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
    pub fn rows(&mut self, connection: &mut AnyConnection, number: usize) -> Result<&[Row]> {
        if !self.rows.contains_key(&number) {
            let table = &self.catalog.tables[number];
            let found = on_either!(connection, inner =>
                postgres::rows_before(inner, table, number),
                mysql::rows_before(inner, table, number)
            );
            let found = found.with_context(|| format!("{} could not be read", table.shown()))?;
            self.rows.insert(number, found);
        }
        Ok(&self.rows[&number])
    }

    /// What is in those tables now that are not as they were.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn changes(&self, connection: &mut AnyConnection) -> Result<Contents> {
        let found = on_either!(connection, inner =>
            postgres::changes(inner),
            mysql::changes(inner, &self.catalog, &self.before)
        );
        found.context("the tables could not be read")
    }

    /// Puts everything back that is not as it was. Neither triggers nor foreign keys have a say.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn put_back(&self, connection: &mut AnyConnection) -> Result<()> {
        let done = on_either!(connection, inner =>
            postgres::put_back(inner),
            mysql::put_back(inner, &self.catalog, &self.before)
        );
        done.context("the tables could not be put back")
    }
}

/// Puts everything back that is not as it was when it was copied last. On PostgreSQL alone: there the
/// database knows how.
///
/// # Errors
/// Whatever the database answers.
pub fn put_back(connection: &mut AnyConnection) -> Result<()> {
    let done = on_either!(connection, inner => postgres::put_back(inner), {
        let _ = inner;
        Err(anyhow::anyhow!("MariaDB does not know how"))
    });
    done.context("the tables could not be put back")
}
