//! `lockbench completions`.

use clap::Args;
use clap_complete::Shell;

use super::failure::Failure;
use super::output::to_terminal;
use crate::system::exit::Exit;

/// Print shell completions
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// Shell to print completions for
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn print(arguments: &CompletionsArguments) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut super::command(),
        "lockbench",
        &mut text,
    );
    to_terminal(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Held)
}
