//! `lockbench sweep`.

use clap::Args;

use super::bar;
use super::compare::{ROUND, refuse};
use super::database::{self, DatabaseArguments};
use super::entrants::EntrantArguments;
use super::failure::Failure;
use super::load::{LoadArguments, in_rounds};
use super::outputs::OutputsArguments;
use crate::compare::{CompareRequest, RoundProgress};
use crate::db::Address;
use crate::exit::Exit;
use crate::interrupt;
use crate::report::sweep::render;
use crate::run::Shop;
use crate::strategy::Strategy;
use crate::sweep::{AxisError, Steps, SweepResult, sweep};

/// Compare at each point of an axis, and find out where one strategy overtakes another
///
/// Each round goes through all points and all strategies, both in an order shuffled anew. A
/// crossover is claimed only where the difference is shown on both sides of it.
#[derive(Debug, Args)]
#[command(mut_arg("strategies", |it| it.help("Who is compared: strategies and mistakes, each as [LABEL=]NAME[+CHOICE=VALUE]…, as for `compare` [default: pessimistic, optimistic, atomic]")))]
#[command(mut_args(in_rounds))]
pub(super) struct SweepArguments {
    /// What to change, and to what: threads, items, skew, hold or pool, as in `items=1,10,100`
    /// or `hold=0ms,1ms,10ms`
    #[arg(long, value_name = "NAME=VALUE,…", value_parser = steps)]
    axis: Steps,
    #[command(flatten)]
    entrants: EntrantArguments,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    load: LoadArguments,
    #[command(flatten)]
    outputs: OutputsArguments,
}

fn steps(text: &str) -> Result<Steps, AxisError> {
    text.parse()
}

/// What there is to compare where nothing is named: one that waits, one that tries again, and
/// one that needs neither.
const STRATEGIES: [Strategy; 3] = [
    Strategy::Pessimistic,
    Strategy::Optimistic,
    Strategy::Atomic,
];

pub(super) fn run(arguments: &SweepArguments) -> Result<Exit, Failure> {
    let load = arguments.load.in_rounds_of(ROUND)?;
    arguments.axis.check(&load).map_err(Failure::usage)?;
    let address = arguments.database.address()?;
    let request = arguments
        .entrants
        .request(load, &arguments.database, &STRATEGIES)?;
    for load in arguments.axis.loads(&request.load) {
        let mut entrants = request.entrants.iter();
        if let Some(why) = entrants.find_map(|entrant| entrant.refusal(&load)) {
            return Err(refuse(why));
        }
    }
    let outputs = arguments.outputs.open()?;
    match measure(&address, &request, &arguments.axis) {
        Ok(result) => {
            outputs.write(|format| render(&result, format))?;
            Ok(result.exit())
        }
        Err(failure) => {
            outputs.abandon();
            Err(failure)
        }
    }
}

fn measure(
    address: &Address,
    request: &CompareRequest,
    steps: &Steps,
) -> Result<SweepResult, Failure> {
    let stop = interrupt::flag().map_err(Failure::unreachable)?;
    let connections = steps.connections(&request.load);
    let database = database::open_for(address, &request.load, connections)?;
    let mut shop = Shop::open(&database).map_err(Failure::unreachable)?;
    let progress = RoundProgress::default();
    bar::of_rounds(&progress, || {
        sweep(&mut shop, request, steps, stop, &progress)
    })
    .map_err(Failure::unreachable)
}
