//! `lockbench db`: our own tables in a database that stays.

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};

use super::database::{self, DatabaseArguments, Target};
use super::failure::Failure;
use super::output::{OutputArguments, TextOrJson, to_terminal};
use crate::db::reservation::Reservation;
use crate::db::{Address, AnyConnection, Database, migration};
use crate::system::exit::Exit;
use crate::tables::occupant::{self, Occupant};
use crate::tables::status::Status;
use crate::tables::{ledger, outbox, stock};

/// Inspect, empty or remove lockbench's own tables in a database
#[derive(Debug, Args)]
pub(super) struct TablesArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show what is in lockbench's own tables
    Status(StatusArguments),
    /// Empty lockbench's own tables
    Reset(DatabaseArguments),
    /// Remove lockbench's own tables, and nothing else
    Drop(DatabaseArguments),
}

const NO_TABLES: &str = "no lockbench tables";

#[derive(Debug, Args)]
struct StatusArguments {
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    output: OutputArguments<TextOrJson>,
}

pub(super) fn tables(arguments: &TablesArguments) -> Result<Exit, Failure> {
    match &arguments.action {
        Action::Status(arguments) => look(arguments),
        Action::Reset(database) => change(database, reset),
        Action::Drop(database) => change(database, remove),
    }
}

fn look(arguments: &StatusArguments) -> Result<Exit, Failure> {
    let target = one_that_stays(&arguments.database)?;
    let output = arguments.output.open()?;
    let database = database::open_to_look(&target)?;
    let status = Status::of(&database)?;
    let in_words = |status: &Status, _| in_words(status);
    arguments.output.write(output, &status, in_words)?;
    Ok(Exit::Held)
}

fn in_words(status: &Status) -> String {
    let said = match &status.tables {
        None => NO_TABLES.to_owned(),
        Some(tables) => format!(
            "lockbench_items has {} with {} units, lockbench_ledger has {}",
            rows(tables.items as i64),
            tables.units,
            rows(tables.ledger_rows)
        ),
    };
    format!("{}: {said}\n", status.database.url)
}

fn change(
    database: &DatabaseArguments,
    how: fn(&Database, &mut AnyConnection) -> Result<&'static str>,
) -> Result<Exit, Failure> {
    let database = database::open_as_it_is(&one_that_stays(database)?)?;
    let work = || {
        let mut connection = database.connect()?;
        match migration::is_set_up(&mut connection)? {
            true => how(&database, &mut connection),
            false => Ok(NO_TABLES),
        }
    };
    let said = work()?;
    to_terminal(&format!("{}: {said}\n", database.shown_url()))?;
    Ok(Exit::Held)
}

/// Refuses a database that is gone afterwards, and one that would have to be made first.
fn one_that_stays(database: &DatabaseArguments) -> Result<Target, Failure> {
    let target = database.target()?;
    if target.address.is_private() {
        return Err(Failure::usage(anyhow!(
            "a private database is gone when lockbench exits: name a persistent one with --database sqlite:PATH, postgres://… or mysql://…"
        )));
    }
    if let Address::SqliteFile(file) = &target.address
        && !file.path().exists()
    {
        return Err(Failure::unreachable(anyhow!(
            "there is no file {}",
            file.path().display()
        )));
    }
    Ok(target)
}

fn reset(database: &Database, connection: &mut AnyConnection) -> Result<&'static str> {
    let _reservation = Reservation::take(database)?;
    // The tables may be those of an earlier version, which had fewer.
    migration::run(connection)?;
    // Whoever has lost the right to them is to notice.
    Occupant::new().move_in(connection)?;
    ledger::clear(connection)?;
    outbox::clear(connection)?;
    stock::clear(connection)?;
    occupant::clear(connection)?;
    Ok("lockbench's tables are empty")
}

fn remove(database: &Database, connection: &mut AnyConnection) -> Result<&'static str> {
    let _reservation = Reservation::take(database)?;
    migration::revert(connection)?;
    Ok("lockbench's tables are gone")
}

fn rows(number: i64) -> String {
    match number {
        1 => "1 row".to_owned(),
        _ => format!("{number} rows"),
    }
}
