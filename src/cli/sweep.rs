//! `lockbench sweep`.

use std::time::Instant;

use clap::Args;

use super::bar;
use super::candidates::CandidateArguments;
use super::compare::{ROUND, WARM_UP, dry_run, what};
use super::database::{self, DatabaseArguments, Target};
use super::failure::Failure;
use super::load::{LoadArguments, in_rounds};
use super::outputs::OutputsArguments;
use crate::compare::sweep::{AxisError, Steps, SweepResult, check, sweep};
use crate::compare::{CompareRequest, RoundProgress};
use crate::model::strategy::Strategy;
use crate::report::compare::CompareFormat;
use crate::report::sweep::render;
use crate::run::Shop;
use crate::system::exit::Exit;
use crate::system::interrupt;

/// Find where one strategy overtakes another as a parameter changes
///
/// Each round runs every strategy at every point, both in a newly shuffled order. A crossover is
/// reported only if the strategies are measurably different on both sides of it.
#[derive(Debug, Args)]
#[command(mut_arg("strategies", |it| it
    .help("Strategies to compare [default: pessimistic, optimistic, atomic]")
    .long_help("Strategies or mistakes to compare, each as [LABEL=]NAME[+CHOICE=VALUE]…, as for `compare` [default: pessimistic, optimistic, atomic]")))]
#[command(mut_args(in_rounds))]
pub(super) struct SweepArguments {
    /// Parameter and its values, as in `items=1,10,100`
    ///
    /// The parameter is threads, items, skew, hold or pool; times are written as in
    /// `hold=0ms,1ms,10ms`.
    #[arg(long, value_name = "NAME=VALUE,…", value_parser = steps)]
    axis: Steps,
    #[command(flatten)]
    candidates: CandidateArguments,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    load: LoadArguments,
    #[command(flatten)]
    outputs: OutputsArguments<CompareFormat>,
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
    let since = Instant::now();
    let load = arguments.load.in_rounds_of(ROUND, WARM_UP)?;
    arguments.axis.check(&load).map_err(Failure::usage)?;
    let target = arguments.database.target()?;
    let request = arguments.candidates.request(
        load,
        &arguments.load,
        &arguments.database,
        &STRATEGIES,
        since,
    )?;
    check(&request, &arguments.axis, target.backend()).map_err(Failure::usage)?;
    if arguments.load.dry_run {
        let axis = ("axis", arguments.axis.to_string());
        dry_run(&target, &request, &[axis])?;
        return Ok(Exit::Held);
    }
    let outputs = arguments.outputs.open()?;
    let result = measure(&target, &request, &arguments.axis)?;
    outputs.write(|format, width| render(&result, format, width))?;
    Ok(result.exit())
}

fn measure(
    target: &Target,
    request: &CompareRequest,
    steps: &Steps,
) -> Result<SweepResult, Failure> {
    let stop = interrupt::flag().map_err(Failure::internal)?;
    let connections = steps.connections(&request.load);
    let points = steps.values().len();
    let what = format!("{} at each of {points} points", what(&request.candidates));
    bar::announce(&what, request.max_time);
    let database = database::open_for(target, &request.load, connections)?;
    let mut shop = Shop::open(&database)?;
    let progress = RoundProgress::default();
    bar::of_rounds(&progress, || {
        sweep(&mut shop, request, steps, stop, &progress)
    })
    .map_err(Failure::unreachable)
}
