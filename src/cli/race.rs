//! `lockbench race`.

mod http;
mod schedule;
mod sessions;

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::anyhow;
use clap::{Args, ValueEnum};

use self::schedule::ScheduleArguments;
use self::sessions::SessionsArguments;
use super::bar;
use super::command_line;
use super::failure::Failure;
use super::outputs::OutputsArguments;
use crate::db::address::AddressError;
use crate::db::disposable::MakeError;
use crate::db::{Address, Backend, IsolationLevel};
use crate::explore::Bounds;
use crate::explore::TokenError;
use crate::race::{
    CureName, Environment, Ground, Outside, Race, RaceDatabase, RaceError, Request, SetUp,
};
use crate::report::race::{RaceFormat, render, render_replay};
use crate::system::exit::Exit;
use crate::system::interrupt;

/// Run every interleaving of two programs' statements, and show one that goes wrong
///
/// Starts the command once for each session, and leads its connections through a port of its own,
/// where they are stopped before every statement. A schedule is right when the tables are as some
/// order of the sessions leaves them, one after the other; nothing else has to be said. The
/// programs are not changed, and find the database by DATABASE_URL and the variables of its own
/// clients: PGHOST and PGPORT, or MYSQL_HOST and MYSQL_TCP_PORT.
#[derive(Debug, Args)]
pub(super) struct RaceArguments {
    #[command(flatten)]
    sessions: SessionsArguments,
    /// postgres, mariadb, or the URL of a database to work on a copy of
    ///
    /// `postgres` and `mariadb` are private throwaway servers. From `postgres://…` a copy is made
    /// with CREATE DATABASE … TEMPLATE, and removed at the end; that of `mysql://…` or `mariadb://…`
    /// is made with mariadb-dump, on a private server. Nothing is written to the original.
    #[arg(short, long, value_name = "DATABASE", default_value = "postgres")]
    database: String,
    /// What fills the database: a shell command, or a file of SQL ending in .sql; repeatable
    #[arg(long, value_name = "COMMAND|FILE.sql")]
    setup: Vec<String>,
    /// What pg_dump has written, in any format, or mariadb-dump, to fill the database with before
    /// --setup
    #[arg(long, value_name = "FILE")]
    from_dump: Option<PathBuf>,
    /// Isolation level of all transactions that name none
    #[arg(long, value_enum)]
    isolation: Option<LevelArgument>,
    /// SQL that must give no row, or only true, at the end of every schedule; repeatable
    #[arg(long, value_name = "SQL")]
    invariant: Vec<String>,
    /// Exit code, or HTTP status, that a session must end with; repeatable [default: any]
    #[arg(long, value_name = "CODE")]
    expect_exit: Vec<i32>,
    /// Column to leave out of the comparison; repeatable
    #[arg(long, value_name = "TABLE.COLUMN")]
    ignore: Vec<String>,
    #[command(flatten)]
    schedule: ScheduleArguments,
    #[command(flatten)]
    outputs: OutputsArguments<RaceFormat>,
}

/// An isolation level.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LevelArgument {
    /// Each statement sees what was committed before it
    ReadCommitted,
    /// All statements see what was committed before the first
    RepeatableRead,
    /// As if the transactions had run one after the other
    Serializable,
}

impl LevelArgument {
    fn level(self) -> IsolationLevel {
        match self {
            Self::ReadCommitted => IsolationLevel::ReadCommitted,
            Self::RepeatableRead => IsolationLevel::RepeatableRead,
            Self::Serializable => IsolationLevel::Serializable,
        }
    }
}

/// What the process is called by that drops the copy of a database.
const KEEPER: &str = "keeper";

pub(super) fn run(arguments: &RaceArguments, quiet: bool) -> Result<Exit, Failure> {
    arguments.schedule.check()?;
    let outside = arguments.schedule.outside.map(Outside::open);
    let outside = outside.transpose().map_err(Failure::usage)?;
    let request = arguments.request(outside.as_ref())?;
    let address = arguments.address()?;
    let dump = arguments.from_dump.iter().map(|path| SetUp::dump(path));
    let set_ups = dump.chain(arguments.setup.iter().map(|text| SetUp::of(text)));
    let set_ups: Vec<SetUp> = set_ups.collect::<Result<_, _>>().map_err(Failure::usage)?;
    if let Some(token) = &arguments.schedule.replay {
        let checked = token.check(request.sessions.len());
        checked.map_err(|error: TokenError| Failure::usage(error))?;
    }
    if arguments.schedule.cure && address.backend() != Backend::Postgres {
        return Err(Failure::usage(anyhow!(
            "--cure rewrites statements of PostgreSQL alone: leave it out"
        )));
    }
    let outputs = arguments.outputs.open()?;
    let stop = interrupt::flag().map_err(Failure::internal)?;
    let connections = u32::try_from(request.sessions.len()).unwrap_or(u32::MAX);
    let mut database =
        RaceDatabase::make(&address, connections.saturating_mul(20)).map_err(unmade)?;
    let own = std::env::current_exe().map_err(Failure::internal)?;
    database.remove_whatever_happens(&own, KEEPER)?;
    for set_up in &set_ups {
        database.set_up(set_up, &request.environment)?;
    }
    let race = Race::prepare(&request, &database, outside.as_ref()).map_err(not_raced)?;
    if let Some(token) = &arguments.schedule.replay {
        let mut result = race.replay(token).map_err(not_raced)?;
        result.command = command_line::whole_command();
        outputs.write(|format, width| render_replay(&result, format, width).map(Into::into))?;
        return Ok(result.exit());
    }
    let bounds = arguments.schedule.bounds(outputs.is_only_read());
    let mut result = race.run(bounds, quiet, stop).map_err(not_raced)?;
    if arguments.schedule.cure
        && let Some(cures) = race.cures(&result)
    {
        drop(race);
        let tells = |name: CureName, number: usize, all: usize| {
            bar::say(&format!("Cure {number} of {all}: {name}"));
        };
        let ground = Ground {
            request: &request,
            database: &database,
            outside: outside.as_ref(),
            bounds: Bounds {
                stop_at_first: false,
                ..bounds
            },
            stop,
        };
        let tried = cures.try_all(ground, &tells);
        result.cures = Some(tried?);
        result.interrupted |= stop.load(Relaxed);
    }
    result.command = command_line::whole_command();
    result.command_for_replay = command_line::command_for_replay();
    outputs.write(|format, width| render(&result, format, width).map(Into::into))?;
    Ok(result.exit())
}

/// Drops the copy of a database once whoever has made it is gone.
pub(super) fn keep() -> Result<Exit, Failure> {
    crate::db::disposable::keep()?;
    Ok(Exit::Held)
}

impl RaceArguments {
    fn request(&self, outside: Option<&Outside>) -> Result<Request, Failure> {
        let environment = Environment::new(&self.schedule.env, outside.map(Outside::address));
        let sessions = self.sessions.commands(self.schedule.is_random())?;
        Ok(Request {
            isolation: self.isolation.map(LevelArgument::level),
            every_statement: self.schedule.every_statement,
            inside: self.schedule.inside.inside(),
            prunes: sessions.len() > 2 && self.schedule.prunes(),
            ignored: self.ignore.clone(),
            invariants: self.invariant.clone(),
            expected_exits: self.expect_exit.clone(),
            worker: self.sessions.worker,
            one_instance: self.sessions.http.one_instance,
            sessions,
            environment: environment.map_err(Failure::usage)?,
            ..Request::default()
        })
    }

    fn address(&self) -> Result<Address, Failure> {
        self.database.parse().map_err(|error: AddressError| {
            Failure::usage(anyhow::Error::new(error).context("invalid --database"))
        })
    }
}

fn unmade(error: MakeError) -> Failure {
    match error {
        MakeError::Unsuitable(_) => Failure::usage(error),
        MakeError::Refused(error) => Failure::unreachable(error),
    }
}

fn not_raced(error: RaceError) -> Failure {
    match error {
        RaceError::Unfit(_) => Failure::usage(error),
        RaceError::NotRepeatable(_) | RaceError::Silence(_) => {
            Failure::new(Exit::Inconclusive, error)
        }
        RaceError::Other(error) => Failure::unreachable(error),
    }
}
