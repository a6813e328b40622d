//! Every order in which the statements of other people's programs can meet: the engine of
//! [`explore`](crate::explore) behind a proxy.
//!
//! Each session is a command of its own, and reaches the database through a port of its own, where
//! its statements are stopped one by one. What is right nobody has to say: it is whatever the
//! sessions leave when they run one after the other.

mod application;
mod caller;
mod connection;
mod database;
mod difference;
mod environment;
mod error;
mod footprints;
mod interceptor;
mod judge;
mod lexer;
mod normalize;
mod observations;
mod oracle;
mod orders;
mod outside;
mod premise_watcher;
mod premises;
mod prepare;
mod program;
mod request;
mod resident;
mod result;
mod runner;
mod shared_runner;
mod statement_kind;
mod summary;
mod worker;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use self::judge::Judge;
use self::premises::Premises;
use self::shared_runner::SharedRunner;
use crate::db::disposable::{Session, ready};
use crate::db::server::Folder;
use crate::explore::{Coverage, Exploration, Pruning, Token};
use diesel::PgConnection;

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

/// Steps after which a schedule is cut off: a program that tries again and again has no end.
const LONGEST: usize = 200;

/// Sessions that are ready to be raced.
pub struct Race<'a> {
    request: &'a Request,
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

impl Race<'_> {
    /// Runs the schedules.
    ///
    /// # Errors
    /// Whatever keeps the answer from being true.
    pub fn run(
        &self,
        coverage: Coverage,
        quiet: bool,
        stop: &'static AtomicBool,
    ) -> Result<RaceResult, RaceError> {
        let mut exploration = self.exploration().stop(stop);
        if quiet {
            exploration = exploration.progress_after(Duration::MAX);
        }
        let explored = exploration.covering(coverage).explore()?;
        Ok(self.result(explored))
    }

    /// Runs a single schedule.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn replay(&self, token: &Token) -> Result<ReplayedRace, RaceError> {
        let history = self.exploration().replay(token)?;
        Ok(self.replay_result(token, history))
    }

    fn exploration(&self) -> Exploration<PgConnection> {
        let connect = self.database.disposable.connector();
        let (reset, inspect) = (Rc::clone(&self.judge), Rc::clone(&self.judge));
        let mut exploration = Exploration::new(move || {
            let mut connection = connect().map_err(|error| format!("{error:#}"))?;
            ready(&mut connection).map_err(|error| format!("{error:#}"))?;
            Ok::<_, String>(connection)
        })
        .longest(LONGEST)
        .reset(move |connection: &mut PgConnection| {
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
        if let Some(premises) = &self.premises {
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
