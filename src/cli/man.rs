//! `lockbench man`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::failure::Failure;
use super::output::to_terminal;
use crate::system::exit::Exit;

/// Write the manual pages: lockbench.1, and one for each command
#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Directory to write them to, created if missing, as in `~/.local/share/man/man1`
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
}

pub(super) fn write(arguments: &ManArguments) -> Result<Exit, Failure> {
    let folder = &arguments.output;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(super::command(), folder))
        .with_context(|| format!("cannot write the manual pages to {}", folder.display()))
        .map_err(Failure::usage)?;
    to_terminal(&format!("manual pages written to {}\n", folder.display()))?;
    Ok(Exit::Held)
}
