//! What a client needs to find a database.

use std::path::PathBuf;

use crate::db::Backend;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listens {
    /// At a Unix socket.
    Socket(PathBuf),
    /// At a host's port.
    Port(String, u16),
}

/// What a client needs to find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhereClients {
    /// Where the server listens.
    pub place: Listens,
    /// The kind of database.
    pub backend: Backend,
    /// The role, or the account.
    pub user: String,
    /// Its password, where the address has one.
    pub password: Option<String>,
    /// The name of the database.
    pub database: String,
}
