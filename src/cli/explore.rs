//! `lockbench explore`.

mod beside;
mod command;

use anyhow::anyhow;
use clap::Args;

use super::bar;
use super::database::{self, DatabaseArguments};
use super::failure::Failure;
use super::output::OutputArguments;
use super::run::{ContenderArguments, refuse_nonsense};
use crate::db::{Address, Description};
use crate::exit::Exit;
use crate::explore::purchases::{ExploreResult, MapResult, Purchases, ReplayResult, exploration};
use crate::explore::{Explorable, Exploration, Pruning, Token, TokenError};
use crate::interrupt;
use crate::named::Named;
use crate::report::explore::{ExploreFormat, NO_PAGE, render, render_map, render_replay};
use crate::run::Shop;
use crate::scenario::Scenario;

/// More buyers than that have more schedules than anybody will ever run.
const MOST_SESSIONS: usize = 6;

/// The width of what is no terminal.
const WIDTH: usize = 80;

/// Run every order in which the statements of a few buyers can meet, and show one that goes wrong
///
/// Each buyer sends its statements over a session of its own, and is held up before each of
/// them until it is let go. With two buyers every schedule is run; with more, one of each
/// class of equivalent ones. A buyer that was refused tries again once another has committed.
#[derive(Debug, Args)]
#[command(mut_arg("strategy", |it| it.required(false).required_unless_present("map")))]
pub(super) struct ExploreArguments {
    #[command(flatten)]
    contender: ContenderArguments,
    /// Story to tell: with `invoices` the bill is a step of its own
    #[arg(long, value_enum, default_value_t)]
    scenario: Scenario,
    /// Buyers
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2,
        allow_negative_numbers = true
    )]
    sessions: usize,
    /// Units in stock
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 1,
        allow_negative_numbers = true
    )]
    stock: i64,
    /// Units that each buyer wants
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 1,
        allow_negative_numbers = true
    )]
    quantity: i64,
    /// Attempts of each buyer; a schedule in which they are used up counts as cut off
    /// [default: two more than there are buyers]
    #[arg(long, value_name = "N")]
    max_attempts: Option<u32>,
    /// Explore every combination of guard, isolation, read and write that means something, with
    /// two buyers, and print the table
    #[arg(long, conflicts_with_all = [
        "strategy", "guard", "isolation", "read", "write", "layout", "dispatch", "gate", "scenario", "sessions", "quantity", "max_attempts",
        "no_pruning", "preemptions", "random", "replay",
    ])]
    map: bool,
    /// Run the schedule that is shown under this strategy as well, and show it beside; may be
    /// given more than once
    #[arg(
        long,
        value_enum,
        value_name = "STRATEGY",
        hide_possible_values = true,
        conflicts_with = "map"
    )]
    beside: Vec<Named>,
    #[command(flatten)]
    search: SearchArguments,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    output: OutputArguments<ExploreFormat>,
}

/// Which schedules to run
#[derive(Debug, Args)]
#[command(next_help_heading = "Schedules")]
struct SearchArguments {
    /// Leave nothing out: run equivalent schedules too, and let refused buyers try again at
    /// any time
    #[arg(long)]
    no_pruning: bool,
    /// Only schedules in which a buyer who could go on is interrupted at most N times
    #[arg(long, value_name = "N", conflicts_with = "random")]
    preemptions: Option<u32>,
    /// Only N schedules, by chance
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    random: Option<u64>,
    /// What decides the schedules of --random
    #[arg(long, value_name = "N", default_value_t = 1, requires = "random")]
    seed: u64,
    /// Run this schedule alone, and show it: the number of the buyer who goes on, step by step,
    /// as in 1.1.2.1.2.2. Where that buyer waits or has ended, the first who can goes on
    #[arg(long, value_name = "TOKEN", conflicts_with_all = ["preemptions", "random", "no_pruning"])]
    replay: Option<Token>,
}

pub(super) fn run(arguments: &ExploreArguments) -> Result<Exit, Failure> {
    let wanted = arguments.wanted()?;
    let address = arguments.database.address()?;
    let (backend, load) = (address.backend(), wanted.load());
    refuse_nonsense(&wanted.contender, backend, wanted.scenario, &load)?;
    arguments.refuse_beside(backend, &wanted)?;
    if arguments.map && arguments.output.format == ExploreFormat::Html {
        return Err(Failure::usage(anyhow!(NO_PAGE)));
    }
    let output = arguments.output.open()?;
    let done = match &arguments.search.replay {
        None if arguments.map => arguments.map(&address),
        Some(token) => arguments.replay(&address, &wanted, token),
        None => arguments.explore(&address, &wanted),
    };
    match done {
        Ok((text, exit)) => {
            output.write(&text)?;
            Ok(exit)
        }
        Err(failure) => {
            output.abandon();
            Err(failure)
        }
    }
}

impl ExploreArguments {
    fn wanted(&self) -> Result<Purchases, Failure> {
        let refusal = if self.sessions == 0 {
            Some("there must be at least one session".to_owned())
        } else if self.sessions > MOST_SESSIONS {
            Some(format!(
                "{} sessions have more schedules than can be run: at most {MOST_SESSIONS}",
                self.sessions
            ))
        } else if self.stock < 0 {
            Some(format!(
                "the stock is {}: it cannot be negative at the start",
                self.stock
            ))
        } else if self.quantity < 1 {
            Some(format!(
                "the quantity is {}: an order asks for at least 1",
                self.quantity
            ))
        } else if self.max_attempts == Some(0) {
            Some("there must be at least one attempt".to_owned())
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return Err(Failure::usage(anyhow!(refusal)));
        }
        if let Some(token) = &self.search.replay {
            token
                .check(self.sessions)
                .map_err(|error: TokenError| Failure::usage(error))?;
        }
        let attempts = u32::try_from(self.sessions).unwrap_or(u32::MAX) + 2;
        Ok(Purchases {
            contender: self.contender.contender(),
            scenario: self.scenario,
            sessions: self.sessions,
            stock: self.stock,
            quantity: self.quantity,
            max_attempts: self.max_attempts.unwrap_or(attempts),
        })
    }

    fn explore(&self, address: &Address, wanted: &Purchases) -> Result<(String, Exit), Failure> {
        let stop = interrupt::flag().map_err(Failure::unreachable)?;
        let database = database::open_throwaway(address, self.connections())?;
        let mut shop = Shop::open(&database).map_err(Failure::unreachable)?;
        let description = shop.description().map_err(Failure::unreachable)?;
        let (exploration, facts) = exploration(&database, wanted);
        let explored = self
            .choose(exploration)
            .stop(stop)
            .explore()
            .map_err(Failure::unreachable)?;
        let instructive = explored.instructive.clone();
        let shown = self.database.shown();
        let mut result = ExploreResult::new(wanted, description, explored, &facts, shown);
        result.command = self.command(wanted);
        // Whoever interrupts wants it to end.
        if !result.interrupted {
            if let (None, Some(token)) = (&result.witness, instructive) {
                let again = self::exploration(&database, wanted).0;
                let history = again.replay(&token).map_err(Failure::unreachable)?;
                result.example = Some(history.into());
            }
            if let Some(token) = result.shown().map(|shown| shown.replay.clone()) {
                result.beside = self.others(&database, &result.database, wanted, &token)?;
            }
        }
        let text = render(&result, self.output.format, self.output.width(WIDTH));
        Ok((text.map_err(Failure::unreachable)?, result.exit()))
    }

    fn map(&self, address: &Address) -> Result<(String, Exit), Failure> {
        let stop = interrupt::flag().map_err(Failure::unreachable)?;
        let database = database::open_throwaway(address, self.connections())?;
        let mut shop = Shop::open(&database).map_err(Failure::unreachable)?;
        let description = shop.description().map_err(Failure::unreachable)?;
        let bar = bar::of_steps();
        let map = MapResult::draw(&database, description, self.stock, stop, |done, all| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        });
        bar.finish_and_clear();
        let text = render_map(&map, self.output.format).map_err(Failure::unreachable)?;
        Ok((text, map.exit()))
    }

    fn replay(
        &self,
        address: &Address,
        wanted: &Purchases,
        token: &Token,
    ) -> Result<(String, Exit), Failure> {
        let database = database::open_throwaway(address, self.connections())?;
        let mut shop = Shop::open(&database).map_err(Failure::unreachable)?;
        let description: Description = shop.description().map_err(Failure::unreachable)?;
        let (exploration, _) = exploration(&database, wanted);
        let history = exploration.replay(token).map_err(Failure::unreachable)?;
        let mut result = ReplayResult::new(wanted, description, token.clone(), history);
        result.beside = self.others(&database, &result.database, wanted, token)?;
        result.command = self.command(wanted);
        let text = render_replay(&result, self.output.format, self.output.width(WIDTH));
        Ok((text.map_err(Failure::unreachable)?, Exit::Held))
    }

    fn choose<C: Explorable>(&self, exploration: Exploration<C>) -> Exploration<C> {
        let exploration = exploration.pruning(match self.sessions {
            _ if self.search.no_pruning => Pruning::None,
            0..=2 => Pruning::Retries,
            _ => Pruning::Equivalent,
        });
        match (self.search.preemptions, self.search.random) {
            (Some(most), _) => exploration.preemptions(most),
            (None, Some(number)) => exploration.random(number, self.search.seed),
            (None, None) => exploration,
        }
    }

    /// The buyers', the scheduler's, and the one that looks after the tables.
    fn connections(&self) -> u32 {
        u32::try_from(self.sessions)
            .unwrap_or(u32::MAX)
            .saturating_add(2)
    }
}
