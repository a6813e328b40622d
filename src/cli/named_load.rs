//! Loads with a name, in a file: a team writes its numbers down once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;
use serde::Deserialize;

use super::failure::Failure;
use super::numbers::Numbers;

/// A load that a file has a name for
#[derive(Debug, Args)]
#[command(next_help_heading = "Advanced")]
pub(super) struct NamedLoadArguments {
    /// Take the load of this name from the --config file; options on the command line override it
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    load: Option<String>,
    /// File of named loads: a table `[loads.NAME]` for each, with these options as keys
    #[arg(
        long,
        value_name = "FILE",
        default_value = "lockbench.toml",
        requires = "load",
        hide_short_help = true
    )]
    config: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    loads: BTreeMap<String, Numbers>,
}

impl NamedLoadArguments {
    /// The numbers under the name that was asked for; `None` where none was.
    pub(super) fn read(&self) -> Result<Option<Numbers>, Failure> {
        let Some(name) = &self.load else {
            return Ok(None);
        };
        let file = self.config.display();
        let text = std::fs::read_to_string(&self.config)
            .with_context(|| format!("cannot read {file} to look up the load {name:?}"))
            .map_err(Failure::usage)?;
        let mut config: Config = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                1 + text[..span.start.min(text.len())].matches('\n').count()
            });
            Failure::usage(anyhow!("{file}, line {line}: {}", error.message()))
        })?;
        let Some(numbers) = config.loads.remove(name) else {
            let known: Vec<&str> = config.loads.keys().map(String::as_str).collect();
            return Err(Failure::usage(anyhow!(
                "{file} has no load {name:?}; it has {}",
                known.join(", ")
            )));
        };
        let ends = [
            numbers.duration.is_some(),
            numbers.orders.is_some() || numbers.until_empty,
        ];
        if ends == [true, true] {
            return Err(Failure::usage(anyhow!(
                "the load {name:?} in {file} has both a duration and a number of orders: remove one of them"
            )));
        }
        Ok(Some(numbers))
    }
}
