//! Which database to use.

use clap::Args;

use super::failure::Failure;
use crate::db::address::{AddressError, redact};
use crate::db::server::ServerOptions;
use crate::db::{Address, Database};
use crate::load::Load;

/// Which database to use
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(super) struct DatabaseArguments {
    /// Database: `sqlite` (a private temporary file), `sqlite:PATH`, `postgres` or `mariadb`
    /// (a private throwaway server), `postgres://…`, or `mysql://…`
    #[arg(
        long,
        value_name = "DATABASE",
        env = "DATABASE_URL",
        default_value = "sqlite",
        hide_env_values = true
    )]
    database: String,
}

impl DatabaseArguments {
    /// The name as it may be shown: without a password.
    pub(super) fn shown(&self) -> String {
        redact(&self.database)
    }

    /// Understands the name, without touching the database.
    pub(super) fn address(&self) -> Result<Address, Failure> {
        parse(&self.database)
    }
}

/// Understands the name of a database, without touching it.
pub(super) fn parse(name: &str) -> Result<Address, Failure> {
    name.parse().map_err(|error: AddressError| {
        let from_environment = std::env::var("DATABASE_URL").as_deref() == Ok(name);
        let source = if from_environment {
            "DATABASE_URL"
        } else {
            "--database"
        };
        Failure::usage(anyhow::Error::new(error).context(format!("invalid {source}")))
    })
}

/// Opens the database, able to hold `connections`.
pub(super) fn open(address: &Address, connections: u32) -> Result<Database, Failure> {
    open_with(address, connections, false, Vec::new())
}

/// The same where deadlocks are met on purpose, and what is private looks for them at once.
pub(super) fn open_for_deadlocks(address: &Address, connections: u32) -> Result<Database, Failure> {
    open_with(address, connections, true, Vec::new())
}

/// The same for such a load: baskets deadlock, and PostgreSQL would wait a second each time before
/// it looks.
pub(super) fn open_for(
    address: &Address,
    load: &Load,
    connections: u32,
) -> Result<Database, Failure> {
    open_with(address, connections, load.basket > 1, Vec::new())
}

/// The same for an exploration, where nothing that a private server holds has to last.
pub(super) fn open_throwaway(address: &Address, connections: u32) -> Result<Database, Failure> {
    let settings = ServerOptions::nothing_lasts(address.backend());
    open_with(address, connections, true, settings)
}

fn open_with(
    address: &Address,
    connections: u32,
    quick_deadlocks: bool,
    settings: Vec<String>,
) -> Result<Database, Failure> {
    let options = ServerOptions {
        connections,
        quick_deadlocks,
        settings,
    };
    Database::open(address, &options).map_err(Failure::unreachable)
}
