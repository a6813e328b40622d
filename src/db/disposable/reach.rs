//! What statements reach in a database beyond the tables that they name.

use anyhow::Result;

#[cfg(feature = "mysql")]
use super::mysql;
use super::on_either;
use super::postgres::Reach;
use crate::db::AnyConnection;

/// Asks the database. Of one on MariaDB only its tables are known, and which of them are plain.
///
/// # Errors
/// Whatever it answers.
pub fn reach(connection: &mut AnyConnection) -> Result<Reach> {
    on_either!(connection, inner => Reach::ask(inner), mysql::reach(inner))
}
