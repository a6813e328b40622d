//! Gates before the rows that sessions write.

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection;

#[cfg(feature = "mysql")]
use super::mysql;
use super::{OUTSIDE, SCHEMA, on_either};
use crate::db::{AnyConnection, gate};

/// Puts a gate before each row that a session writes into the tables that are there, at which it can
/// be stopped inside its statement.
///
/// # Errors
/// Whatever the database answers; or it has no gates.
pub fn make_gates(connection: &mut AnyConnection) -> Result<()> {
    on_either!(connection, inner =>
        inner
            .batch_execute(&gate::make(SCHEMA, &[SCHEMA, OUTSIDE]))
            .context("the triggers could not be made that stop a statement before it writes a row"),
        mysql::make_gates(inner)
            .context("the triggers could not be made that stop a statement before it writes a row")
    )
}
