//! Opening a database, for what a command needs of it.

use super::Target;
use crate::cli::failure::Failure;
use crate::db::server::ServerOptions;
use crate::db::{Database, migration};
use crate::model::load::Load;

/// Opens the database to look at it, which needs no right to write.
pub(in crate::cli) fn open_to_look(target: &Target) -> Result<Database, Failure> {
    target.open(&ServerOptions::default())
}

/// Opens the database to write to tables that are there already.
pub(in crate::cli) fn open_as_it_is(target: &Target) -> Result<Database, Failure> {
    target.refuse_read_only()?;
    let options = ServerOptions {
        connections: 1,
        ..ServerOptions::default()
    };
    target.open(&options)
}

/// Opens the database, able to hold `connections`.
pub(in crate::cli) fn open(target: &Target, connections: u32) -> Result<Database, Failure> {
    open_with(target, connections, false, Vec::new())
}

/// The same where deadlocks are met on purpose, and what is private looks for them at once.
pub(in crate::cli) fn open_for_deadlocks(
    target: &Target,
    connections: u32,
) -> Result<Database, Failure> {
    open_with(target, connections, true, Vec::new())
}

/// The same for such a load: baskets deadlock, and PostgreSQL would wait a second each time before
/// it looks.
pub(in crate::cli) fn open_for(
    target: &Target,
    load: &Load,
    connections: u32,
) -> Result<Database, Failure> {
    open_with(target, connections, load.basket > 1, Vec::new())
}

/// The same for an exploration, where nothing that a private server holds has to last.
pub(in crate::cli) fn open_throwaway(
    target: &Target,
    connections: u32,
) -> Result<Database, Failure> {
    let settings = ServerOptions::nothing_lasts(target.backend());
    open_with(target, connections, true, settings)
}

/// A private database for proofs that are made while another one like it is in use. Several
/// threads may ask at once, and a failure is no more than words to them.
pub(in crate::cli) fn for_proofs(target: &Target) -> anyhow::Result<Database> {
    let options = ServerOptions {
        quick_deadlocks: true,
        settings: ServerOptions::nothing_lasts(target.backend()),
        ..ServerOptions::default()
    };
    Database::open(&target.address, &options)
}

fn open_with(
    target: &Target,
    connections: u32,
    quick_deadlocks: bool,
    settings: Vec<String>,
) -> Result<Database, Failure> {
    target.refuse_read_only()?;
    let options = ServerOptions {
        connections,
        quick_deadlocks,
        settings,
    };
    if !target.asks() {
        return target.open(&options);
    }
    if target.is_blank_file() {
        return Err(target.refusal());
    }
    let database = target.open(&options)?;
    let has_tables = database
        .connect()
        .and_then(|mut connection| Ok(migration::is_set_up(&mut connection)?))?;
    match has_tables {
        true => Ok(database),
        false => Err(target.refusal()),
    }
}
