//! `lockbench compare`.

use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::bar;
use super::baseline::{BaselineArguments, unfit};
use super::candidates::CandidateArguments;
use super::database::{self, DatabaseArguments, Target};
use super::dry_run::{DryRun, TimeNeeded, load_of_rounds};
use super::failure::Failure;
use super::load::{LoadArguments, in_rounds};
use super::outputs::OutputsArguments;
use crate::compare::{
    Baseline, CompareRequest, CompareResult, ComparedCandidate, Completeness, RoundProgress,
    compare,
};
use crate::model::strategy::Strategy;
use crate::report::compare::{CompareFormat, render};
use crate::report::figures::percent;
use crate::report::fold::ENDLESS;
use crate::run::Shop;
use crate::system::exit::Exit;
use crate::system::interrupt;

/// How long orders keep coming in a round, where nobody says otherwise.
pub(super) const ROUND: Duration = Duration::from_millis(500);

/// How long each round runs before it measures, where nobody says otherwise.
pub(super) const WARM_UP: Duration = Duration::from_millis(100);

/// Find out which of the correct strategies is fastest, with error bars
///
/// Every round runs each strategy once under the same load, in a newly shuffled order, until the
/// intervals are narrow enough. Every round is audited, and so is a short sell-out before it: a
/// strategy that gets anything wrong is listed separately and not ranked. Strategies that are not
/// measurably different share a place.
#[derive(Debug, Args)]
#[command(mut_args(in_rounds))]
pub(super) struct CompareArguments {
    #[command(flatten)]
    candidates: CandidateArguments,
    #[command(flatten)]
    baseline: BaselineArguments,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    load: LoadArguments,
    #[command(flatten)]
    outputs: OutputsArguments<CompareFormat>,
}

pub(super) fn run(arguments: &CompareArguments) -> Result<Exit, Failure> {
    let since = Instant::now();
    let load = arguments.load.in_rounds_of(ROUND, WARM_UP)?;
    let target = arguments.database.target()?;
    let request = arguments.candidates.request(
        load,
        &arguments.load,
        &arguments.database,
        Strategy::value_variants(),
        since,
    )?;
    if arguments.load.dry_run {
        dry_run(&target, &request, &[])?;
        return Ok(Exit::Held);
    }
    let baseline = arguments.baseline.read()?;
    let saved = arguments.baseline.open()?;
    let outputs = arguments.outputs.open()?;
    let mut result = measure(&target, &request, baseline.as_ref())?;
    result.baseline = baseline.map(|then| then.judge(&result, arguments.baseline.tolerance));
    let reported = outputs.write(|format, width| render(&result, format, width));
    // Half a compare is nothing to hold a whole one against.
    if let Some(saved) = saved
        && result.comparison.completeness == Completeness::Complete
    {
        let report = render(&result, CompareFormat::Json, ENDLESS);
        saved.write_rendered(&report.map_err(Failure::internal)?)?;
    }
    reported?;
    Ok(result.exit())
}

fn measure(
    target: &Target,
    request: &CompareRequest,
    baseline: Option<&Baseline>,
) -> Result<CompareResult, Failure> {
    let stop = interrupt::flag().map_err(Failure::internal)?;
    let database = database::open_for(target, &request.load, request.load.pool)?;
    let mut shop = Shop::open(&database)?;
    if let Some(baseline) = baseline {
        let description = shop.description()?;
        baseline.check(request, &description).map_err(unfit)?;
    }
    bar::announce(&what(&request.candidates), request.max_time);
    let progress = RoundProgress::default();
    bar::of_rounds(&progress, || compare(&mut shop, request, stop, &progress))
        .map_err(Failure::unreachable)
}

/// Shows what a comparison would do; `further` is what its command has to say besides.
pub(super) fn dry_run(
    target: &Target,
    request: &CompareRequest,
    further: &[(&'static str, String)],
) -> Result<(), Failure> {
    let mut lines = vec![
        load_of_rounds(&request.load),
        (
            "rounds",
            format!(
                "six or more, until every ratio is within ±{}",
                percent(request.precision)
            ),
        ),
    ];
    lines.extend(further.iter().cloned());
    let candidates = request.candidates.iter();
    DryRun {
        target,
        candidates: candidates
            .map(|one| (one.label.clone(), one.candidate.clone()))
            .collect(),
        load: &request.load,
        lines,
        time: TimeNeeded::AtMost(request.max_time),
    }
    .show()
}

/// What is compared, for whoever waits for it.
pub(super) fn what(candidates: &[ComparedCandidate]) -> String {
    match candidates.len() {
        1 => "1 strategy".to_owned(),
        number => format!("{number} strategies"),
    }
}
