//! `lockbench advise`.

use std::time::{Duration, Instant};

use clap::Args;

use super::bar;
use super::command_line::command;
use super::database::{self, DatabaseArguments, Target};
use super::dry_run::{DryRun, TimeNeeded, load_of_rounds, named};
use super::failure::Failure;
use super::known_name::KnownName;
use super::load::{LoadArguments, in_rounds};
use super::output::OutputArguments;
use super::parse::percent;
use super::patience::PatienceArguments;
use crate::compare::RoundProgress;
use crate::compare::advise::{Advice, AdviseRequest, Neighbour, advise};
use crate::db::Engine;
use crate::model::strategy::Strategy;
use crate::report::advise::{AdviseFormat, render};
use crate::report::fold::ENDLESS;
use crate::run::Shop;
use crate::system::exit::Exit;
use crate::system::interrupt;

/// How long orders keep coming in a round, where nobody says otherwise: an advice is no contest.
const ROUND: Duration = Duration::from_millis(300);

/// How long each round runs before it measures, where nobody says otherwise.
const WARM_UP: Duration = Duration::from_millis(50);

/// Recommend a strategy for your own numbers, in plain words
///
/// Briefly compares the ordinary strategies that promise to be safe on your database, and picks
/// one by latency, effort and speed. Shows its SQL, and why each of the others was passed over.
/// Then it says what layers that change the architecture would add, and which numbers would change
/// the choice.
#[derive(Debug, Args)]
#[command(mut_args(in_rounds))]
#[command(mut_arg("duration", |it| it.help("Length of a round, even if fewer rounds then fit into --max-time [default: 300ms, or less]")))]
#[command(mut_arg("warm_up", |it| it.help("Warm up for this long before each round [default: 50ms]")))]
pub(super) struct AdviseArguments {
    /// Strategies to choose from [default: all safe ones]
    ///
    /// By default, all that promise to be safe on that database.
    #[arg(
        short,
        long,
        value_parser = KnownName::<Strategy>::parser(),
        value_delimiter = ',',
        value_name = "NAME,…",
        hide_possible_values = true
    )]
    strategies: Vec<Strategy>,
    /// Server processes that sell
    ///
    /// With more than one, a lock inside one process does not keep the others out.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    servers: u32,
    /// Measure until every ratio is within ± this
    ///
    /// Half the width of its interval, as a percentage of the ratio.
    #[arg(long, value_name = "PERCENT", default_value = "10%", value_parser = percent)]
    precision: f64,
    #[command(flatten)]
    patience: PatienceArguments,
    /// Skip the layers and what other numbers would change
    #[arg(long)]
    no_outlook: bool,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    load: LoadArguments,
    #[command(flatten)]
    output: OutputArguments<AdviseFormat>,
}

pub(super) fn run(arguments: &AdviseArguments) -> Result<Exit, Failure> {
    let since = Instant::now();
    let load = arguments.load.in_rounds_of(ROUND, WARM_UP)?;
    let target = arguments.database.target()?;
    let request = AdviseRequest {
        strategies: arguments.strategies.clone(),
        load,
        servers: arguments.servers,
        precision: arguments.precision,
        since,
        max_time: arguments.patience.max_time,
        fixed_rounds: arguments.load.fixes_rounds()?,
        ample_stock: !arguments.load.fixes_stock()?,
        neighbours: !arguments.no_outlook,
        command: command(&arguments.database),
    };
    if arguments.load.dry_run {
        dry_run(&target, &request)?;
        return Ok(Exit::Held);
    }
    let output = arguments.output.open()?;
    let advice = measure(&target, &request)?;
    let text = render(&advice, arguments.output.format, output.width(ENDLESS));
    output.write(&text.map_err(Failure::internal)?)?;
    Ok(advice.exit())
}

fn dry_run(target: &Target, request: &AdviseRequest) -> Result<(), Failure> {
    let candidates = request.candidates(Engine::of(target.backend()));
    let mut lines = vec![load_of_rounds(&request.load)];
    if request.neighbours {
        let outlook = "what layers would add, and which other numbers would change the choice";
        lines.push(("outlook", outlook.to_owned()));
    }
    DryRun {
        target,
        candidates: named(candidates.into_iter().map(Into::into).collect()),
        load: &request.load,
        lines,
        time: TimeNeeded::AtMost(request.max_time),
    }
    .show()
}

fn measure(target: &Target, request: &AdviseRequest) -> Result<Advice, Failure> {
    let stop = interrupt::flag().map_err(Failure::internal)?;
    let connections = match request.neighbours {
        true => Neighbour::connections(&request.load),
        false => request.load.pool,
    };
    bar::announce(
        "the strategies that promise to be safe here",
        request.max_time,
    );
    let database = database::open_for(target, &request.load, connections)?;
    let mut shop = Shop::open(&database)?;
    let progress = RoundProgress::default();
    bar::of_rounds(&progress, || advise(&mut shop, request, stop, &progress))
        .map_err(Failure::unreachable)
}
