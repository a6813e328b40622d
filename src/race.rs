//! Every order in which the statements of other people's programs can meet: the engine of
//! [`explore`](crate::explore) behind a proxy.
//!
//! Each session is a command of its own, and reaches the database through a port of its own, where
//! its statements are stopped one by one. What is right nobody has to say: it is whatever the
//! sessions leave when they run one after the other.

mod anomaly;
mod application;
mod attribution;
mod caller;
mod connection;
mod cure;
mod cure_result;
mod database;
mod dialect;
mod difference;
mod edits;
mod environment;
mod error;
mod footprints;
mod instance;
mod interceptor;
mod judge;
mod launcher;
mod lexer;
mod mysql_lexer;
mod mysql_statement_kind;
mod normalize;
mod observations;
mod oracle;
mod orders;
mod outside;
mod port;
mod premise_watcher;
mod premises;
mod prepare;
mod program;
mod request;
mod resident;
mod result;
mod runner;
mod sessions;
mod shared_runner;
mod statement_kind;
mod summary;
mod trace;
mod turns;
mod worker;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use self::judge::Judge;
use self::premises::Premises;
use self::shared_runner::SharedRunner;
use crate::db::AnyConnection;
use crate::db::disposable::{Session, ready};
use crate::db::server::Folder;
use crate::explore::{Bounds, Exploration, ExploreError, Explored, Inside, Pruning, Token};
use crate::model::verdict::Verdict;

pub use anomaly::{Anomaly, AnomalyCause, AnomalyDeed, AnomalyName, Doubt, Edge, EdgeKind, Place};
pub use cure::Cures;
pub(crate) use cure::Ground;
pub use cure_result::{CureName, CureOutcome, Explored as ExploredCure, Rewritten, TriedCure};
pub use database::{RaceDatabase, SetUp};
pub use difference::Difference;
pub use environment::{Environment, InvalidVariable};
pub use error::RaceError;
pub use oracle::NotRepeatable;
pub use outside::{NoPort, Outside};
pub use request::{HttpRequest, NoRequest, Request, SessionCommand};
pub use result::{
    FinalState, REPLAY_SCHEMA, RaceResult, ReplayedRace, SCHEMA, SerialOrder, Witness,
};

/// How long nothing may move: programs start slowly where much else is going on.
const PATIENCE: Duration = Duration::from_secs(30);

/// Steps after which a schedule is cut off: a program that tries again and again has no end.
const LONGEST: usize = 200;

/// Sessions that are ready to be raced.
pub struct Race<'a> {
    request: &'a Request,
    /// Which statements are stopped inside, as far as the database has gates.
    inside: Inside,
    database: &'a RaceDatabase,
    judge: Rc<RefCell<Judge>>,
    sessions: Vec<SharedRunner>,
    session: Session,
    /// By which equivalent schedules are left out; `None`: none is.
    premises: Option<Arc<Premises>>,
    serial: Vec<SerialOrder>,
    /// Where the sessions' standard errors go.
    _logs: Folder,
}

/// What is a choice, beside which session goes on.
#[derive(Clone, Copy, Debug)]
struct Choices {
    /// When a session begins.
    starts: bool,
    /// Also what is equivalent to another, as far as the database goes.
    all: bool,
}

impl Race<'_> {
    /// Runs the schedules.
    ///
    /// # Errors
    /// Whatever keeps the answer from being true.
    pub(crate) fn run(
        &self,
        bounds: impl Into<Bounds>,
        quiet: bool,
        stop: &'static AtomicBool,
    ) -> Result<RaceResult, RaceError> {
        let (began, bounds) = (Instant::now(), bounds.into());
        let explore = |exploration: Exploration<AnyConnection>| {
            let exploration = exploration.stop(stop).within(Bounds {
                time: bounds.time.saturating_sub(began.elapsed()),
                ..bounds
            });
            match quiet {
                true => exploration.progress_after(Duration::MAX).explore(),
                false => exploration.explore(),
            }
        };
        let is_settled =
            |explored: &Explored| explored.verdict() == Verdict::Unsafe || explored.interrupted;
        let mut choices = self.choices();
        let explored = loop {
            match explore(self.exploration(choices)) {
                Err(ExploreError::WaitsAtStart) if !choices.starts => {
                    choices = Choices {
                        starts: true,
                        all: true,
                    };
                }
                Ok(explored)
                    if !choices.starts && self.choices().starts && !is_settled(&explored) =>
                {
                    choices = self.choices();
                }
                // What one does in its own code lets another go on: no two steps are independent.
                Ok(explored)
                    if explored.pruning
                        && explored.waited_in_code > 0
                        && !is_settled(&explored) =>
                {
                    choices.all = true;
                }
                explored => break explored?,
            }
        };
        Ok(self.result(explored))
    }

    /// Runs a single schedule.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn replay(&self, token: &Token) -> Result<ReplayedRace, RaceError> {
        let mut choices = self.choices();
        let history = match self.exploration(choices).replay(token) {
            Err(ExploreError::WaitsAtStart) => {
                choices.starts = true;
                self.exploration(choices).replay(token)?
            }
            history => history?,
        };
        Ok(self.replay_result(token, history))
    }

    /// What is a choice, by what the sessions were seen to do. Where they share a pool and keep locks on
    /// its connections, it matters when a session begins: it may get one that is free, with a lock on it.
    fn choices(&self) -> Choices {
        let keep_locks = self.sessions.iter().any(|it| it.seen().keeps_locks);
        let starts = self.request.one_instance && keep_locks;
        Choices {
            starts,
            all: starts,
        }
    }

    fn exploration(&self, choices: Choices) -> Exploration<AnyConnection> {
        let connect = self.database.disposable.connector();
        let (reset, inspect) = (Rc::clone(&self.judge), Rc::clone(&self.judge));
        let mut exploration = Exploration::new(move || {
            let mut connection = connect().map_err(|error| format!("{error:#}"))?;
            ready(&mut connection).map_err(|error| format!("{error:#}"))?;
            Ok::<_, String>(connection)
        })
        .longest(LONGEST)
        .inside_by_gates(self.inside)
        .patience(PATIENCE)
        .reset(move |connection: &mut AnyConnection| {
            let judge = reset.borrow();
            let done = judge.oracle.copies.put_back(connection);
            done.map_err(|error| format!("{error:#}"))
        })
        .inspect_steps(move |connection, steps| {
            let mut judge = inspect.borrow_mut();
            judge
                .judge(connection, steps)
                .map_err(|error| format!("{error:#}"))
        });
        if choices.starts {
            exploration = exploration.starts_are_steps();
        }
        if let Some(premises) = self.premises.as_ref().filter(|_| !choices.all) {
            let (of_text, of_level) = (Arc::clone(premises), Arc::clone(premises));
            exploration = exploration
                .pruning(Pruning::Equivalent)
                .footprints(move |statement, _| Some(of_text.footprint(&statement.sql)))
                .strictness(move || of_level.strictness());
        }
        for session in &self.sessions {
            exploration = exploration.remote_session(session.clone());
        }
        exploration
    }
}
