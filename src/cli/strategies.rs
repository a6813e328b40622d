//! `lockbench strategies`.

use clap::Args;
use comfy_table::Table;

use super::failure::Failure;
use super::output::{OutputArguments, TextOrJson};
use crate::db::Backend;
use crate::model::catalogue::Catalogue;
use crate::report::fold::folded;
use crate::report::plain::{fitted, or_dash};
use crate::system::exit::Exit;

/// List all strategies: their choices, and what each promises on each database
#[derive(Debug, Args)]
pub(super) struct StrategiesArguments {
    /// List the mistakes instead: what real applications ship
    #[arg(long)]
    mistakes: bool,
    #[command(flatten)]
    output: OutputArguments<TextOrJson>,
}

const STRATEGIES: &str =
    "\n— means that the database does not support it; `lockbench run` says why.
Promises also depend on the settings of the database; these hold at its defaults.
`lockbench explain STRATEGY` shows what a strategy sends, and when it fails.\n";

const MISTAKES: &str = "\n— means that the mistake cannot be made there; `lockbench run` says why.
`safe` means that it happens to be correct there. docs/mistakes.md says who made each, and the fix.\n";

pub(super) fn show(arguments: &StrategiesArguments) -> Result<Exit, Failure> {
    let output = arguments.output.open()?;
    let catalogue = Catalogue::new(arguments.mistakes);
    arguments.output.write(output, &catalogue, in_words)?;
    Ok(Exit::Held)
}

fn in_words(catalogue: &Catalogue, width: usize) -> String {
    let mut table = Table::new();
    let first = if catalogue.mistakes {
        "mistake"
    } else {
        "strategy"
    };
    let mut header = [first, "guard", "isolation", "read", "write"]
        .map(str::to_owned)
        .to_vec();
    // No mistake is about a layer.
    if !catalogue.mistakes {
        header.extend(["layout", "dispatch"].map(str::to_owned));
    }
    header.extend(Backend::ALL.map(|backend| backend.to_string()));
    table.set_header(header);
    for row in &catalogue.rows {
        let plan = row.plan;
        let mut cells = vec![
            row.name.clone(),
            plan.guard.to_string(),
            plan.isolation.to_string(),
            plan.read.to_string(),
            plan.write.to_string(),
        ];
        if !catalogue.mistakes {
            cells.extend([plan.layout.to_string(), plan.dispatch.to_string()]);
        }
        cells.extend(row.promises.iter().map(|on| or_dash(on.promise)));
        table.add_row(cells);
    }
    let end = if catalogue.mistakes {
        MISTAKES
    } else {
        STRATEGIES
    };
    let judged = Backend::ALL.map(|backend| backend.to_string());
    fitted(table, width, &judged) + &folded(end, width)
}
