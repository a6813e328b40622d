//! `lockbench check`.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;

use super::bar;
use super::database::{self, parse};
use super::failure::Failure;
use super::load::LoadArguments;
use super::output::OutputArguments;
use crate::check::{CheckRequest, CheckResult, check};
use crate::contender::Contender;
use crate::db::Address;
use crate::db::address::redact;
use crate::exit::Exit;
use crate::hammer::Progress;
use crate::interrupt;
use crate::load::Load;
use crate::named::Named;
use crate::report::check::{CheckFormat, render};
use crate::run::Shop;
use crate::scenario::Scenario;

/// Hold every strategy's promise against what is measured, for CI
///
/// Each round runs the naive control and then every strategy under exactly the same load. What
/// promises to be safe must be; what is documented as unsafe must be caught. Where the control
/// breaks nothing the answer is inconclusive, never green. A failure is never tried again.
#[derive(Debug, Args)]
#[command(mut_arg("threads", |it| it.help("Buyers at work at the same time [default: 16]")))]
#[command(mut_arg("items", |it| it.help("Different items for sale [default: 1]")))]
#[command(mut_arg("stock", |it| it.help("Units of each item at the start [default: 100]")))]
#[command(mut_arg("quantity", |it| it.help("Units that an order asks for: a number, or a range as in `1..20` [default: 1]")))]
#[command(mut_arg("hold", |it| it.help("How long a buyer thinks between reading the stock and taking from it [default: 1ms]")))]
pub(super) struct CheckArguments {
    /// Strategies to check [default: all]
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "STRATEGY,…",
        hide_possible_values = true
    )]
    strategies: Vec<Named>,
    /// Check the mistakes: each must be caught where it is wrong
    #[arg(long, conflicts_with = "strategies")]
    mistakes: bool,
    /// How often each strategy is put to the load, each time with the next seed
    #[arg(
        long,
        value_name = "N",
        default_value_t = 5,
        allow_negative_numbers = true
    )]
    rounds: u32,
    /// Leave out the proof: every schedule of two buyers
    #[arg(long)]
    no_proof: bool,
    /// Databases to check on, as for `run`; may be given several times
    #[arg(
        long = "database",
        value_name = "DATABASE",
        env = "DATABASE_URL",
        default_value = "sqlite",
        hide_env_values = true,
        help_heading = "Database"
    )]
    databases: Vec<String>,
    #[command(flatten)]
    load: LoadArguments,
    #[command(flatten)]
    output: OutputArguments<CheckFormat>,
}

pub(super) fn run(arguments: &CheckArguments) -> Result<Exit, Failure> {
    if arguments.rounds == 0 {
        return Err(Failure::usage(anyhow!("there must be at least one round")));
    }
    let load = arguments.load.load(Load {
        threads: 16,
        hold: Duration::from_millis(1),
        ..Scenario::Inventory.load()
    })?;
    let addresses: Vec<(&String, Address)> = arguments
        .databases
        .iter()
        .map(|name| parse(name).map(|address| (name, address)))
        .collect::<Result<_, _>>()?;
    let strategies: Vec<Named> = match arguments.strategies.as_slice() {
        [] => Named::all(arguments.mistakes).collect(),
        chosen => chosen.to_vec(),
    };
    let requests = addresses.into_iter().map(|(name, address)| {
        let request = CheckRequest {
            contenders: strategies.iter().copied().map(Contender::from).collect(),
            scenario: Scenario::Inventory,
            load: load.clone(),
            rounds: arguments.rounds,
            proof: !arguments.no_proof,
            database_argument: redact(name),
        };
        (address, request)
    });
    let output = arguments.output.open()?;
    match measure(requests) {
        Ok(results) => {
            let text = render(&results, arguments.output.format);
            output.write(&text.map_err(Failure::unreachable)?)?;
            summarize(&results)?;
            Ok(worst(&results))
        }
        Err(failure) => {
            output.abandon();
            Err(failure)
        }
    }
}

/// Checks on one database after the other, until all are done or Ctrl-C.
fn measure(
    requests: impl Iterator<Item = (Address, CheckRequest)>,
) -> Result<Vec<CheckResult>, Failure> {
    let stop = interrupt::flag().map_err(Failure::unreachable)?;
    let mut results: Vec<CheckResult> = Vec::new();
    for (address, request) in requests {
        let database = database::open_for_deadlocks(&address, request.load.pool)?;
        let mut shop = Shop::open(&database).map_err(Failure::unreachable)?;
        let progress = Progress::default();
        let result = bar::alongside(&progress, request.orders(), || {
            check(&mut shop, &request, stop, &progress)
        });
        results.push(result.map_err(Failure::unreachable)?);
        if results.iter().any(|result| result.interrupted) {
            break;
        }
    }
    Ok(results)
}

/// Appends the verdict to the summary of a GitHub job, where there is one.
fn summarize(results: &[CheckResult]) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let text = render(results, CheckFormat::Markdown).map_err(Failure::unreachable)?;
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot append to GITHUB_STEP_SUMMARY {}", path.display()))
        .map_err(Failure::usage)
}

/// The exit code that matters most: a broken promise, an interruption, a doubt.
fn worst(results: &[CheckResult]) -> Exit {
    let exits: Vec<Exit> = results.iter().map(CheckResult::exit).collect();
    [Exit::Broken, Exit::Interrupted, Exit::Inconclusive]
        .into_iter()
        .find(|exit| exits.contains(exit))
        .unwrap_or(Exit::Held)
}
