//! Private throwaway servers: found, started, watched over and removed.

mod account;
mod folder;
mod postgres;
mod programs;
mod watcher;

pub use folder::Folder;
pub use postgres::{PostgresServer, ServerOptions};
