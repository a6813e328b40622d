//! `lockbench advise`.

use std::time::Duration;

use clap::Args;

use super::bar;
use super::compare::command;
use super::database::{self, DatabaseArguments};
use super::entrants::percent;
use super::failure::Failure;
use super::load::{LoadArguments, duration, in_rounds};
use super::output::OutputArguments;
use crate::advise::{Advice, AdviseRequest, Neighbour, advise};
use crate::compare::RoundProgress;
use crate::db::Address;
use crate::exit::Exit;
use crate::interrupt;
use crate::report::advise::{AdviseFormat, render};
use crate::run::Shop;
use crate::strategy::Strategy;

/// How long orders keep coming in a round, where nobody says otherwise: an advice is no contest.
const ROUND: Duration = Duration::from_millis(300);

/// Say in plain words which strategy to take at your own numbers
///
/// A short compare of the strategies that promise to be safe on your database: the fastest, or
/// the simplest of those between which no difference is shown, what it costs against the next
/// best, and when that would change.
#[derive(Debug, Args)]
#[command(mut_args(in_rounds))]
#[command(mut_arg("duration", |it| it.help("How long orders keep coming in each round [default: 300ms]")))]
#[command(mut_arg("warm_up", |it| it.default_value("50ms")))]
pub(super) struct AdviseArguments {
    /// Strategies to choose from [default: all that promise to be safe there]
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "STRATEGY,…",
        hide_possible_values = true
    )]
    strategies: Vec<Strategy>,
    /// Processes that sell: with more than one, a lock inside one protects from no other
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    servers: u32,
    /// How narrow the interval of each ratio is to become: half its width, as a share of it
    #[arg(long, value_name = "PERCENT", default_value = "10%", value_parser = percent)]
    precision: f64,
    /// Begin no further round after this time, beyond the six that it takes at least; what other
    /// numbers would change takes as long again
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    max_time: Duration,
    /// Do not look at what other numbers would change
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
    let load = arguments.load.in_rounds_of(ROUND)?;
    let address = arguments.database.address()?;
    let request = AdviseRequest {
        strategies: arguments.strategies.clone(),
        load,
        servers: arguments.servers,
        precision: arguments.precision,
        max_time: arguments.max_time,
        neighbours: !arguments.no_outlook,
        command: command(&arguments.database),
    };
    let output = arguments.output.open()?;
    match measure(&address, &request) {
        Ok(advice) => {
            let text = render(&advice, arguments.output.format);
            output.write(&text.map_err(Failure::unreachable)?)?;
            Ok(advice.exit())
        }
        Err(failure) => {
            output.abandon();
            Err(failure)
        }
    }
}

fn measure(address: &Address, request: &AdviseRequest) -> Result<Advice, Failure> {
    let stop = interrupt::flag().map_err(Failure::unreachable)?;
    let connections = match request.neighbours {
        true => Neighbour::connections(&request.load),
        false => request.load.pool,
    };
    let database = database::open_for(address, &request.load, connections)?;
    let mut shop = Shop::open(&database).map_err(Failure::unreachable)?;
    let progress = RoundProgress::default();
    bar::of_rounds(&progress, || advise(&mut shop, request, stop, &progress))
        .map_err(Failure::unreachable)
}
