//! Every order in which the statements of other people's programs can meet: the engine of
//! [`explore`](crate::explore) behind a proxy.
//!
//! Each session is a command of its own, and reaches the database through a port of its own, where
//! its statements are stopped one by one. What is right nobody has to say: it is whatever the
//! sessions leave when they run one after the other.

mod application;
mod attribution;
mod caller;
mod connection;
mod database;
mod difference;
mod environment;
mod error;
mod instance;
mod interceptor;
mod judge;
mod launcher;
mod lexer;
mod normalize;
mod observations;
mod oracle;
mod outside;
mod port;
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
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use self::judge::Judge;
use self::shared_runner::SharedRunner;
use crate::db::disposable::{Session, ready};
use crate::db::server::Folder;
use crate::explore::{Coverage, Exploration, ExploreError, Token};
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
        let explore = |exploration: Exploration<PgConnection>| {
            let exploration = exploration.stop(stop).covering(coverage);
            match quiet {
                true => exploration.progress_after(Duration::MAX).explore(),
                false => exploration.explore(),
            }
        };
        let explored = match explore(self.exploration()) {
            Err(ExploreError::WaitsAtStart) => explore(self.exploration().starts_are_steps())?,
            explored => explored?,
        };
        Ok(self.result(explored))
    }

    /// Runs a single schedule.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn replay(&self, token: &Token) -> Result<ReplayedRace, RaceError> {
        let history = match self.exploration().replay(token) {
            Err(ExploreError::WaitsAtStart) => {
                self.exploration().starts_are_steps().replay(token)?
            }
            history => history?,
        };
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
        .inspect(move |connection, _| {
            let mut judge = inspect.borrow_mut();
            judge
                .judge(connection)
                .map_err(|error| format!("{error:#}"))
        });
        for session in &self.sessions {
            exploration = exploration.remote_session(session.clone());
        }
        exploration
    }
}
