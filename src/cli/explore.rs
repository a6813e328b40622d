//! `lockbench explore`.

mod beside;
mod command;
mod how_long;
mod search;

use anyhow::anyhow;
use clap::Args;

use self::search::SearchArguments;
use super::bar;
use super::database::{self, DatabaseArguments, Target};
use super::failure::Failure;
use super::known_name::KnownName;
use super::output::OutputArguments;
use super::run::StrategyArguments;
use crate::db::Description;
use crate::explore::{Token, TokenError};
use crate::model::candidate::Candidate;
use crate::model::named::Named;
use crate::model::scenario::Scenario;
use crate::proof::purchases::{ExploreResult, MapResult, Purchases, ReplayResult, exploration};
use crate::report::explore::{ExploreFormat, NO_PAGE, render, render_map, render_replay};
use crate::run::Shop;
use crate::system::exit::Exit;
use crate::system::interrupt;

/// The width where there is no terminal.
const WIDTH: usize = 80;

/// Run every interleaving of a few buyers' statements, and show one that goes wrong
///
/// Each buyer has a session of its own, and stops before every statement until the scheduler lets
/// it go on. With two buyers every schedule is run; with more, one of each class of equivalent
/// schedules. A buyer that hit a conflict retries once another has committed.
#[derive(Debug, Args)]
#[command(mut_arg("strategy", |it| it.required(false).required_unless_present("map")))]
pub(super) struct ExploreArguments {
    #[command(flatten)]
    candidate: StrategyArguments,
    /// Scenario to run: with `invoices`, sending the bill is a step of its own
    #[arg(
        long,
        value_enum,
        default_value_t,
        help_heading = "Advanced",
        hide_short_help = true
    )]
    scenario: Scenario,
    /// Number of buyers
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2,
        allow_negative_numbers = true,
        help_heading = None::<&'static str>
    )]
    sessions: usize,
    /// Initial stock
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 1,
        allow_negative_numbers = true,
        help_heading = None::<&'static str>
    )]
    stock: i64,
    /// Units that each buyer wants
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 1,
        allow_negative_numbers = true,
        help_heading = None::<&'static str>
    )]
    quantity: i64,
    /// Attempts per buyer; a schedule that uses them up counts as cut off
    /// [default: two more than there are buyers]
    #[arg(
        long,
        value_name = "N",
        help_heading = "Advanced",
        hide_short_help = true
    )]
    max_attempts: Option<u32>,
    /// Print the table of all combinations of choices
    ///
    /// Explores every meaningful combination of guard, isolation, read and write with two buyers.
    #[arg(long, help_heading = None::<&'static str>, conflicts_with_all = [
        "strategy", "guard", "isolation", "read", "write", "layout", "dispatch", "gate", "scenario", "sessions", "quantity", "max_attempts",
        "no_pruning", "preemptions", "random", "replay", "time", "stop_at_first", "inside",
    ])]
    map: bool,
    /// Show the same schedule under this strategy too
    ///
    /// Runs the schedule that is shown under this strategy as well, and shows it beside. Can be
    /// repeated.
    #[arg(
        long,
        help_heading = None::<&'static str>,
        value_parser = KnownName::<Named>::parser(),
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

pub(super) fn run(arguments: &ExploreArguments) -> Result<Exit, Failure> {
    arguments.search.coverage.check()?;
    let wanted = arguments.wanted();
    let target = arguments.database.target()?;
    let backend = target.backend();
    wanted.check(backend).map_err(Failure::usage)?;
    if let Some(token) = &arguments.search.replay {
        token
            .check(wanted.sessions)
            .map_err(|error: TokenError| Failure::usage(error))?;
    }
    arguments.refuse_beside(backend, &wanted)?;
    if arguments.map && arguments.output.format == ExploreFormat::Html {
        return Err(Failure::usage(anyhow!(NO_PAGE)));
    }
    let output = arguments.output.open()?;
    let (text, exit) = match &arguments.search.replay {
        None if arguments.map => arguments.map(&target),
        Some(token) => arguments.replay(&target, &wanted, token, output.width(WIDTH)),
        None => arguments.explore(&target, &wanted, output.width(WIDTH)),
    }?;
    output.write(&text)?;
    Ok(exit)
}

impl ExploreArguments {
    fn wanted(&self) -> Purchases {
        let sessions = u32::try_from(self.sessions).unwrap_or(u32::MAX);
        Purchases {
            candidate: self.candidate.candidate(),
            scenario: self.scenario,
            sessions: self.sessions,
            stock: self.stock,
            quantity: self.quantity,
            max_attempts: self.max_attempts.unwrap_or(sessions.saturating_add(2)),
            inside: self.search.inside.inside(),
        }
    }

    fn explore(
        &self,
        target: &Target,
        wanted: &Purchases,
        width: usize,
    ) -> Result<(String, Exit), Failure> {
        let stop = interrupt::flag().map_err(Failure::internal)?;
        let database = database::open_throwaway(target, self.connections())?;
        let mut shop = Shop::open(&database)?;
        self.ready(&mut shop, wanted)?;
        let description = shop.description()?;
        self.say_how_long(exploration(&database, wanted), stop);
        // An estimate that failed says nothing, also where a visit is behind that.
        shop.see_that_we_were_alone()?;
        let explored = self
            .choose(exploration(&database, wanted))
            .stop(stop)
            .explore();
        // An exploration looks at the tables without asking whose they are.
        shop.see_that_we_were_alone()?;
        let explored = explored?;
        let instructive = explored.instructive.clone();
        let shown = self.database.shown() + &self.database.sessions_again();
        let mut result = ExploreResult::new(wanted, description, explored, shown);
        result.command = self.command(wanted);
        // Whoever interrupts wants it to end.
        if !result.interrupted {
            if let (None, Some(token)) = (&result.witness, instructive) {
                let history = exploration(&database, wanted).replay(&token)?;
                result.example = Some(history.into());
            }
            if let Some(token) = result.shown().map(|shown| shown.replay.clone()) {
                result.beside = self.others(&database, &result.database, wanted, &token)?;
            }
        }
        shop.see_that_we_were_alone()?;
        let text = render(&result, self.output.format, width);
        Ok((text.map_err(Failure::internal)?, result.exit()))
    }

    /// Makes what only some of the strategies need.
    fn ready(&self, shop: &mut Shop<'_>, wanted: &Purchases) -> Result<(), Failure> {
        let others = self.beside.iter().map(|name| Candidate::from(*name).plan);
        std::iter::once(wanted.candidate.plan)
            .chain(others)
            .try_for_each(|plan| shop.ready_for(&plan))
            .map_err(Failure::unreachable)
    }

    fn map(&self, target: &Target) -> Result<(String, Exit), Failure> {
        let stop = interrupt::flag().map_err(Failure::internal)?;
        let database = database::open_throwaway(target, self.connections())?;
        let mut shop = Shop::open(&database)?;
        let description = shop.description()?;
        let bar = bar::of_steps();
        let map = MapResult::draw(&database, description, self.stock, stop, |done, all| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        });
        bar.finish_and_clear();
        shop.see_that_we_were_alone()?;
        let text = render_map(&map, self.output.format).map_err(Failure::internal)?;
        Ok((text, map.exit()))
    }

    fn replay(
        &self,
        target: &Target,
        wanted: &Purchases,
        token: &Token,
        width: usize,
    ) -> Result<(String, Exit), Failure> {
        let database = database::open_throwaway(target, self.connections())?;
        let mut shop = Shop::open(&database)?;
        self.ready(&mut shop, wanted)?;
        let description: Description = shop.description()?;
        let history = exploration(&database, wanted).replay(token);
        shop.see_that_we_were_alone()?;
        let history = history?;
        let mut result = ReplayResult::new(wanted, description, token.clone(), history);
        result.beside = self.others(&database, &result.database, wanted, token)?;
        result.command = self.command(wanted);
        let text = render_replay(&result, self.output.format, width);
        Ok((text.map_err(Failure::internal)?, Exit::Held))
    }

    /// The buyers', twice where the server has not yet noticed that those of the schedule before
    /// are closed; the scheduler's, and the one that looks after the tables.
    fn connections(&self) -> u32 {
        u32::try_from(self.sessions)
            .unwrap_or(u32::MAX)
            .saturating_mul(2)
            .saturating_add(2)
    }
}
