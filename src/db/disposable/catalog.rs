//! The tables of a database, as its catalogs have them.

use serde::Deserialize;

use super::{OUTSIDE, SCHEMA};

/// The tables of a database that hold rows, and its sequences.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Catalog {
    /// The tables, by schema and name.
    pub tables: Vec<Table>,
    /// The sequences, as SQL names them.
    #[serde(default)]
    pub(super) sequences: Vec<String>,
}

/// A table.
#[derive(Clone, Debug, Deserialize)]
pub struct Table {
    /// Its schema; empty for the database that a MariaDB session is in.
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
    /// Whether its values are bytes that are no text, on MariaDB.
    #[serde(default)]
    pub binary: bool,
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

impl Table {
    /// Its name for people: the schema only where it is not the usual one, and ours without our name.
    pub fn shown(&self) -> String {
        match self.schema.as_str() {
            "public" | "" => self.name.clone(),
            OUTSIDE => format!("outside.{}", self.name),
            schema => format!("{schema}.{}", self.name),
        }
    }

    /// Whether it holds the calls to the outside, and not what is a program's.
    pub fn is_of_calls(&self) -> bool {
        self.schema == OUTSIDE
    }
}

/// The copy of the table with that number.
pub(super) fn copy(number: usize) -> String {
    format!("{SCHEMA}.t{number}")
}
