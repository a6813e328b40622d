//! What is in lockbench's own tables, in the shape of its JSON.

use anyhow::Result;
use serde::Serialize;

use crate::db::rights::{self, Need};
use crate::db::{AnyConnection, Database, Description, migration};
use crate::tables::{item, ledger, stock};

/// The name and version of the JSON of a status. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.db/1";

/// What a database has of lockbench's.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Status {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The database.
    pub database: Description,
    /// What is in lockbench's tables; `null` where it has none.
    pub tables: Option<Tables>,
}

/// What is in lockbench's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Tables {
    /// Rows of `lockbench_items`.
    pub items: usize,
    /// Units left of all items together.
    pub units: i64,
    /// Rows of `lockbench_ledger`.
    pub ledger_rows: i64,
}

impl Status {
    /// Looks into the tables, and makes none.
    ///
    /// # Errors
    /// The database cannot be reached, or its user may not read the tables.
    pub fn of(database: &Database) -> Result<Self> {
        let mut connection = database.connect()?;
        let mut tables = None;
        if migration::is_set_up(&mut connection)? {
            rights::demand(&mut connection, Need::Read)?;
            tables = Some(Tables::of(&mut connection)?);
        }
        Ok(Self {
            schema: SCHEMA,
            database: Description::of(database, &mut connection)?,
            tables,
        })
    }
}

impl Tables {
    fn of(connection: &mut AnyConnection) -> Result<Self> {
        // The tables may be those of an earlier version, which had fewer; to look makes none.
        let stocks = match stock::left(connection) {
            Ok(stocks) => stocks,
            Err(_) => item::stocks(connection)?,
        };
        Ok(Self {
            items: stocks.len(),
            units: stocks.iter().map(|(_, stock)| stock).sum(),
            ledger_rows: ledger::count(connection)?,
        })
    }
}
