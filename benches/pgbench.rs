//! lockbench against PostgreSQL's own load generator: the same statements, the same number of
//! clients, the same server, in turns.
//!
//! ```sh
//! cargo bench --bench pgbench                  # twenty minutes
//! cargo bench --bench pgbench -- --quick       # a minute
//! cargo bench --bench pgbench -- --help
//! ```
//!
//! docs/pgbench.md says what is compared, how, and what came of it.

#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

#[path = "pgbench/arguments.rs"]
mod arguments;
#[path = "pgbench/cell.rs"]
mod cell;
#[path = "pgbench/contest.rs"]
mod contest;
#[path = "pgbench/ours.rs"]
mod ours;
#[path = "pgbench/report.rs"]
mod report;
#[path = "pgbench/script.rs"]
mod script;
#[path = "pgbench/targets.rs"]
mod targets;
#[path = "pgbench/theirs.rs"]
mod theirs;
#[path = "pgbench/usage.rs"]
mod usage;

use anyhow::Result;
use clap::Parser;

use arguments::Arguments;
use contest::{Contest, Stage};
use report::Report;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let plan = arguments.cells();
    eprintln!(
        "{} cells, {} rounds each: about {:.0} minutes",
        plan.len(),
        arguments.rounds(),
        arguments.estimated(&plan).as_secs_f64() / 60.0
    );
    let mut report = Report::new(&arguments);
    for durable in [true, false] {
        let cells: Vec<_> = plan.iter().filter(|cell| cell.durable == durable).collect();
        if cells.is_empty() {
            continue;
        }
        let stage = Stage::open(durable)?;
        let mut contest = Contest::new(&stage, &arguments)?;
        report.server(contest.description()?);
        for cell in cells {
            let result = contest.hold(cell)?;
            eprintln!("{}", report::line(&result));
            report.add(result);
        }
    }
    print!("{}", report.text());
    report.save(&arguments)
}
