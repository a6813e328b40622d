//! `lockbench strategies`.

use clap::Args;
use comfy_table::Table;

use super::failure::Failure;
use super::output::to_terminal;
use crate::db::{Backend, Engine};
use crate::exit::Exit;
use crate::named::Named;
use crate::report::plain::{or_dash, plain};

/// Show all strategies: their choices, and what each promises on which database
#[derive(Debug, Args)]
pub(super) struct StrategiesArguments {
    /// Show the mistakes instead: what real applications ship
    #[arg(long)]
    mistakes: bool,
}

const STRATEGIES: &str =
    "\n— means that the database has nothing of the kind; `lockbench run` says why.
What a database promises depends on its settings as well; these are the promises at its defaults.
`lockbench explain STRATEGY` shows what a strategy sends, and when it fails.\n";

const MISTAKES: &str = "\n— means that the mistake cannot be made there; `lockbench run` says why.
`safe` is where it happens to be right. docs/mistakes.md tells who made each, and the fix.\n";

pub(super) fn show(arguments: &StrategiesArguments) -> Result<Exit, Failure> {
    let mut table = Table::new();
    let first = if arguments.mistakes {
        "mistake"
    } else {
        "strategy"
    };
    let mut header = [first, "guard", "isolation", "read", "write"]
        .map(str::to_owned)
        .to_vec();
    // No mistake is about a layer.
    if !arguments.mistakes {
        header.extend(["layout", "dispatch"].map(str::to_owned));
    }
    header.extend(Backend::ALL.map(|backend| backend.to_string()));
    table.set_header(header);
    for row in Named::all(arguments.mistakes) {
        let plan = row.plan();
        let mut cells = vec![
            row.to_string(),
            plan.guard.to_string(),
            plan.isolation.to_string(),
            plan.read.to_string(),
            plan.write.to_string(),
        ];
        if !arguments.mistakes {
            cells.extend([plan.layout.to_string(), plan.dispatch.to_string()]);
        }
        cells.extend(Backend::ALL.map(|backend| or_dash(row.promise(Engine::of(backend)))));
        table.add_row(cells);
    }
    let end = if arguments.mistakes {
        MISTAKES
    } else {
        STRATEGIES
    };
    to_terminal(&(plain(table) + end))?;
    Ok(Exit::Held)
}
