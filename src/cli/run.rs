//! `lockbench run`.

use std::num::NonZeroU32;

use anyhow::anyhow;
use clap::Args;

use super::bar;
use super::database::{self, DatabaseArguments};
use super::failure::Failure;
use super::load::LoadArguments;
use super::output::OutputArguments;
use super::story::StoryArguments;
use crate::contender::{Contender, Overrides};
use crate::db::{Address, Backend};
use crate::exit::Exit;
use crate::hammer::Progress;
use crate::interrupt;
use crate::load::Load;
use crate::named::Named;
use crate::report::{self, Format};
use crate::result::RunResult;
use crate::run::{Request, Shop};
use crate::scenario::Scenario;
use crate::strategy::{Dispatch, Guard, Isolation, Layout, Read, Strategy, Write};

/// Sell under one strategy, from many threads, and say what came of it
///
/// A result that is safe is backed by a control: the naive strategy is run under the same
/// load, and if that breaks nothing either, the answer is inconclusive.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    contender: ContenderArguments,
    #[command(flatten)]
    story: StoryArguments,
    /// Do not run the naive control after a result that is safe
    #[arg(long)]
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
#[command(next_help_heading = "Strategy")]
pub(super) struct ContenderArguments {
    /// Strategy to use; `lockbench strategies` shows them all, and `--mistakes` the mistakes
    #[arg(long, value_enum, hide_possible_values = true, required = true)]
    strategy: Option<Named>,
    /// Replace what the strategy holds around the whole purchase
    #[arg(long, value_enum)]
    guard: Option<Guard>,
    /// Replace the strategy's isolation level
    #[arg(long, value_enum)]
    isolation: Option<Isolation>,
    /// Replace how the strategy finds out what is left
    #[arg(long, value_enum)]
    read: Option<Read>,
    /// Replace how the strategy takes what it wants
    #[arg(long, value_enum)]
    write: Option<Write>,
    /// Replace how an item's units are laid out in the tables
    #[arg(long, value_enum)]
    layout: Option<Layout>,
    /// Replace how a purchase reaches the database
    #[arg(long, value_enum)]
    dispatch: Option<Dispatch>,
    /// Let at most N purchases of an item be in the database at a time; the others wait here, in
    /// each process. It holds nothing together, and the strategy keeps its promise
    #[arg(long, value_name = "N", value_parser = places, allow_negative_numbers = true)]
    gate: Option<NonZeroU32>,
}

impl ContenderArguments {
    /// What they name; naive where a command does not insist on a name.
    pub(super) fn contender(&self) -> Contender {
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
        Contender::new(base, overrides)
    }
}

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    let contender = arguments.contender.contender();
    let story = &arguments.story;
    let load = arguments.load.load(story.base()?)?;
    let address = arguments.database.address()?;
    refuse_nonsense(&contender, address.backend(), story.scenario(), &load)?;
    let request = Request {
        contender,
        scenario: story.scenario(),
        servers: story.servers()?,
        billing: story.billing(&load)?,
        load,
        control: !arguments.no_control,
        events: story.events,
    };
    let output = arguments.output.open()?;
    match measure(&address, &request) {
        Ok(result) => {
            let text = report::render(&result, arguments.output.format);
            output.write(&text.map_err(Failure::unreachable)?)?;
            Ok(result.exit())
        }
        Err(failure) => {
            output.abandon();
            Err(failure)
        }
    }
}

/// The places inside a gate.
fn places(text: &str) -> Result<NonZeroU32, String> {
    text.parse()
        .map_err(|_| "a gate lets in at least 1 at a time".to_owned())
}

/// Refuses a combination that means nothing on this kind of database, in that story or under
/// that load.
pub(super) fn refuse_nonsense(
    contender: &Contender,
    backend: Backend,
    scenario: Scenario,
    load: &Load,
) -> Result<(), Failure> {
    match contender.refusal(backend, scenario, load) {
        Some(why) => Err(Failure::usage(anyhow!(
            "{} cannot be run on {backend}: {why}",
            contender.name
        ))),
        None => Ok(()),
    }
}

fn measure(address: &Address, request: &Request) -> Result<RunResult, Failure> {
    let stop = interrupt::flag().map_err(Failure::unreachable)?;
    let servers = request.servers.as_ref().map_or(1, |servers| servers.count);
    let connections = request.load.pool.saturating_mul(servers);
    let database = database::open_for(address, &request.load, connections)?;
    let mut shop = Shop::open(&database).map_err(Failure::unreachable)?;
    let progress = Progress::default();
    bar::alongside(&progress, request.load.orders, || {
        shop.run(request, stop, &progress)
    })
    .map_err(Failure::unreachable)
}
