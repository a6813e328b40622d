//! A process that [outlives](crate::db::outliving) lockbench and drops the copy of a database, which
//! may be gone by then.

use std::io::{self, Read};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection;

use super::connect;
use crate::db::outliving::Outliving;

/// Starts `program` with `argument`, which must call [`keep`]. The settings go through the pipe:
/// everybody can read a command line.
pub(super) fn start(
    program: &Path,
    argument: &str,
    settings: &str,
    name: &str,
) -> Result<Outliving> {
    let mut keeper = Outliving::start(Command::new(program).arg(argument))
        .with_context(|| format!("cannot start {}", program.display()))?;
    keeper
        .tell(&format!("{name}\n{settings}\n"))
        .context("the process that drops the copy takes no orders")?;
    Ok(keeper)
}

/// What such a process does: reads until the end, and then drops the database that it was told of.
///
/// # Errors
/// The server does not let it.
pub(in super::super) fn keep() -> Result<()> {
    let mut told = String::new();
    io::stdin().read_to_string(&mut told)?;
    let (name, settings) = told.split_once('\n').context("no orders")?;
    drop_database(settings.trim_end(), name)
}

/// Drops it, with whoever is still connected to it.
pub(super) fn drop_database(settings: &str, name: &str) -> Result<()> {
    let mut connection = connect(settings)?;
    Ok(connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?)
}
