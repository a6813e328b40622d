//! Private throwaway servers: found, started, watched over and removed.

mod account;
mod folder;
#[cfg(feature = "mysql")]
mod mariadb;
mod options;
mod postgres;
mod programs;
mod ready;
mod template;
mod watcher;

#[doc(hidden)]
pub use folder::Folder;
#[cfg(feature = "mysql")]
pub use mariadb::MariadbServer;
pub use options::ServerOptions;
pub use postgres::PostgresServer;
#[cfg(feature = "cli")]
pub(crate) use programs::client_program;
#[cfg(all(feature = "cli", feature = "mysql"))]
pub(crate) use programs::mariadb_client;
