//! One connection type for every database.

// diesel's derive writes public items without documentation.
#![allow(missing_docs)]

#[cfg(feature = "mysql")]
use diesel::MysqlConnection;
use diesel::connection::TransactionManager;
use diesel::{PgConnection, SqliteConnection};

use super::Backend;

/// A connection to any of the databases.
///
/// Made by [`Database::connect`](super::Database::connect). The derived `establish` is never
/// used: it tries one backend after the other, so that a mistyped URL becomes a SQLite file.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
    #[cfg(feature = "mysql")]
    Mysql(MysqlConnection),
}

impl AnyConnection {
    /// The kind of database at the other end.
    pub fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => Backend::Mysql,
        }
    }

    /// Marks the connection as lost, so that the pool closes it instead of lending it again.
    pub fn mark_lost(&mut self) {
        Self::transaction_manager_status_mut(self).set_in_error();
    }
}
