//! `lockbench strategies`.

use clap::{Args, ValueEnum};
use comfy_table::Table;

use super::failure::Failure;
use super::output::to_terminal;
use crate::db::{Backend, Engine};
use crate::exit::Exit;
use crate::report::plain::plain;
use crate::strategy::Strategy;

/// Show all strategies: their choices, and what each promises on which database
#[derive(Debug, Args)]
pub(super) struct StrategiesArguments {}

pub(super) fn show() -> Result<Exit, Failure> {
    let mut table = Table::new();
    let mut header = ["strategy", "guard", "isolation", "read", "write"]
        .map(str::to_owned)
        .to_vec();
    header.extend(Backend::ALL.map(|backend| backend.to_string()));
    table.set_header(header);
    for strategy in Strategy::value_variants() {
        let plan = strategy.plan();
        let mut row = vec![
            strategy.to_string(),
            plan.guard.to_string(),
            plan.isolation.to_string(),
            plan.read.to_string(),
            plan.write.to_string(),
        ];
        row.extend(Backend::ALL.map(|backend| promise(*strategy, backend)));
        table.add_row(row);
    }
    let mut text = plain(table);
    text.push_str(
        "\n— means that the database has nothing of the kind; `lockbench run` says why.\n\
         `lockbench explain STRATEGY` shows what a strategy sends, and when it fails.\n",
    );
    to_terminal(&text)?;
    Ok(Exit::Held)
}

fn promise(strategy: Strategy, backend: Backend) -> String {
    strategy
        .promise(Engine::of(backend))
        .map_or("—".to_owned(), |promise| promise.to_string())
}
