//! `lockbench run`.

use std::num::NonZeroU32;

use clap::Args;

use super::bar;
use super::database::{self, DatabaseArguments, Target};
use super::dry_run::{DryRun, TimeNeeded, named};
use super::failure::Failure;
use super::known_name::KnownName;
use super::load::LoadArguments;
use super::output::OutputArguments;
use super::story::StoryArguments;
use crate::hammer::Progress;
use crate::model::candidate::{Candidate, Overrides};
use crate::model::named::Named;
use crate::model::strategy::{Dispatch, Guard, Isolation, Layout, Read, Strategy, Write};
use crate::report::fold::ENDLESS;
use crate::report::run::{Format, load_line, render};
use crate::run::result::RunResult;
use crate::run::{Request, Shop};
use crate::system::exit::Exit;
use crate::system::interrupt;

/// Run one strategy under load, and audit the result
///
/// A safe result is backed by a control: the naive strategy runs under the same load. If even
/// that breaks nothing, the result is inconclusive.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    candidate: StrategyArguments,
    #[command(flatten)]
    story: StoryArguments,
    /// Skip the naive control after a safe result
    #[arg(long, help_heading = "Advanced", hide_short_help = true)]
    no_control: bool,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    load: LoadArguments,
    #[command(flatten)]
    output: OutputArguments<Format>,
}

/// What is put to the test
#[derive(Debug, Args)]
#[command(next_help_heading = "Advanced")]
pub(super) struct StrategyArguments {
    /// Strategy to use; see `lockbench strategies`
    ///
    /// Mistakes work as well: `lockbench strategies --mistakes` lists them.
    #[arg(
        short,
        long,
        value_parser = KnownName::<Named>::parser(),
        hide_possible_values = true,
        required = true,
        help_heading = None::<&'static str>
    )]
    strategy: Option<Named>,
    /// Override what the strategy holds around the whole purchase
    #[arg(long, value_enum, hide_short_help = true)]
    guard: Option<Guard>,
    /// Override the strategy's isolation level
    #[arg(long, value_enum, hide_short_help = true)]
    isolation: Option<Isolation>,
    /// Override how the strategy reads the stock
    #[arg(long, value_enum, hide_short_help = true)]
    read: Option<Read>,
    /// Override how the strategy takes units
    #[arg(long, value_enum, hide_short_help = true)]
    write: Option<Write>,
    /// Override how an item's units are stored in the tables
    #[arg(long, value_enum, hide_short_help = true)]
    layout: Option<Layout>,
    /// Override how a purchase reaches the database
    #[arg(long, value_enum, hide_short_help = true)]
    dispatch: Option<Dispatch>,
    /// Admit at most N purchases of an item to the database at a time, in each process; the others
    /// wait outside. It guarantees nothing by itself: the strategy's promise stays the same
    #[arg(long, value_name = "N", value_parser = places, allow_negative_numbers = true, hide_short_help = true)]
    gate: Option<NonZeroU32>,
}

impl StrategyArguments {
    /// What they name; naive where a command does not insist on a name.
    pub(super) fn candidate(&self) -> Candidate {
        let overrides = Overrides {
            guard: self.guard,
            isolation: self.isolation,
            read: self.read,
            write: self.write,
            layout: self.layout,
            dispatch: self.dispatch,
            gate: self.gate,
        };
        let base = self.strategy.unwrap_or(Strategy::Naive.into());
        Candidate::new(base, overrides)
    }
}

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    run_and(arguments, render)
}

/// Runs it, and has the result rendered by `render`.
fn run_and(
    arguments: &RunArguments,
    render: impl Fn(&RunResult, Format, usize) -> anyhow::Result<String>,
) -> Result<Exit, Failure> {
    let candidate = arguments.candidate.candidate();
    let story = &arguments.story;
    let load = arguments.load.load(story.base()?)?;
    let target = arguments.database.target()?;
    let request = Request {
        candidate,
        scenario: story.scenario(),
        servers: story.servers()?,
        billing: story.billing()?,
        load,
        control: !arguments.no_control,
        events: story.events,
    };
    request.check(target.backend()).map_err(Failure::usage)?;
    if arguments.load.dry_run {
        dry_run(&target, &request)?;
        return Ok(Exit::Held);
    }
    let output = arguments.output.open()?;
    let result = measure(&target, &request)?;
    let text = render(&result, arguments.output.format, output.width(ENDLESS));
    output.write(&text.map_err(Failure::internal)?)?;
    Ok(result.exit())
}

fn dry_run(target: &Target, request: &Request) -> Result<(), Failure> {
    let servers = request.servers.as_ref().map_or(0, |servers| servers.count);
    let mut lines = vec![(
        "load",
        load_line(&request.load, request.scenario, servers as usize),
    )];
    if request.control {
        let control = "naive under the same load if the result is safe: takes as long again";
        lines.push(("control", control.to_owned()));
    }
    DryRun {
        target,
        candidates: named(vec![request.candidate.clone()]),
        load: &request.load,
        lines,
        time: TimeNeeded::OneRun,
    }
    .show()
}

/// The places inside a gate.
fn places(text: &str) -> Result<NonZeroU32, String> {
    text.parse()
        .map_err(|_| "a gate must admit at least 1 at a time".to_owned())
}

fn measure(target: &Target, request: &Request) -> Result<RunResult, Failure> {
    let stop = interrupt::flag().map_err(Failure::internal)?;
    let servers = request.servers.as_ref().map_or(1, |servers| servers.count);
    let connections = request.load.pool.saturating_mul(servers);
    let database = database::open_for(target, &request.load, connections)?;
    let mut shop = Shop::open(&database)?;
    let progress = Progress::default();
    bar::alongside(&progress, request.load.orders, || {
        shop.run(request, stop, &progress)
    })
    .map_err(Failure::unreachable)
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Command {
        #[command(flatten)]
        run: RunArguments,
    }

    #[test]
    fn a_report_that_cannot_be_rendered_is_our_own_error_and_leaves_no_file()
    -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("report.json");
        let words = "run --strategy atomic --no-control --format json --database sqlite --output";
        let command = Command::try_parse_from(
            words
                .split(' ')
                .map(Into::into)
                .chain([file.clone().into_os_string()]),
        )?;
        let rendered = run_and(&command.run, |_, _, _| {
            anyhow::bail!("cannot be written down")
        });
        let ended = rendered.map_err(|failure| (failure.exit(), failure.words()));
        assert_eq!(
            ended,
            Err((Exit::Internal, "cannot be written down".to_owned()))
        );
        assert!(!file.exists());
        Ok(())
    }
}
