//! `lockbench db`: our own tables in a database that stays.

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};

use super::database::{self, DatabaseArguments};
use super::failure::Failure;
use super::output::to_terminal;
use crate::db::reservation::Reservation;
use crate::db::{Address, AnyConnection, Database, migration};
use crate::exit::Exit;
use crate::{item, ledger, outbox, stock};

/// Look at lockbench's own tables in a database, empty them, or remove them
#[derive(Debug, Args)]
pub(super) struct TablesArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say what is in lockbench's own tables
    Status(DatabaseArguments),
    /// Empty lockbench's own tables
    Reset(DatabaseArguments),
    /// Remove lockbench's own tables, and nothing else
    Drop(DatabaseArguments),
}

pub(super) fn tables(arguments: &TablesArguments) -> Result<Exit, Failure> {
    let (Action::Status(database) | Action::Reset(database) | Action::Drop(database)) =
        &arguments.action;
    let address = database.address()?;
    if address.is_private() {
        return Err(Failure::usage(anyhow!(
            "a private database is gone when lockbench ends: name one that stays, with --database sqlite:PATH, postgres://… or mysql://…"
        )));
    }
    if let Address::SqliteFile(path) = &address
        && !path.exists()
    {
        return Err(Failure::unreachable(anyhow!(
            "there is no file {}",
            path.display()
        )));
    }
    let database = database::open(&address, 1)?;
    let said = act(&arguments.action, &database).map_err(Failure::unreachable)?;
    to_terminal(&format!("{}: {said}\n", database.shown_url()))?;
    Ok(Exit::Held)
}

fn act(action: &Action, database: &Database) -> Result<String> {
    let mut connection = database.connect()?;
    if !migration::is_set_up(&mut connection)? {
        return Ok("no tables of lockbench's".to_owned());
    }
    match action {
        Action::Status(_) => status(&mut connection),
        Action::Reset(_) => {
            let _reservation = Reservation::take(database, &mut connection)?;
            // The tables may be those of an earlier version, which had fewer.
            migration::run(&mut connection)?;
            ledger::clear(&mut connection)?;
            outbox::clear(&mut connection)?;
            stock::clear(&mut connection)?;
            Ok("lockbench's tables are empty".to_owned())
        }
        Action::Drop(_) => {
            let _reservation = Reservation::take(database, &mut connection)?;
            migration::revert(&mut connection)?;
            Ok("lockbench's tables are gone".to_owned())
        }
    }
}

fn status(connection: &mut AnyConnection) -> Result<String> {
    // The tables may be those of an earlier version, which had fewer; to look makes none.
    let stocks = match stock::left(connection) {
        Ok(stocks) => stocks,
        Err(_) => item::stocks(connection)?,
    };
    let units: i64 = stocks.iter().map(|(_, stock)| stock).sum();
    let entries = ledger::count(connection)?;
    Ok(format!(
        "lockbench_items has {} rows with {units} units, lockbench_ledger has {entries} rows",
        stocks.len()
    ))
}
