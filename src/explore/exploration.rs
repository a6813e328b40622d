mod bounded;
mod look;
mod once;
mod progress;
mod run;

pub use look::Judgement;
pub use run::Estimate;

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::inside::Inside;
#[cfg(feature = "cli")]
use super::remote::RemoteSession;
use super::result::Coverage;
use super::scheduler::{AskStrictness, Footprints};
use super::session::{Connect, SessionBody};
#[cfg(feature = "cli")]
use super::strictness::Strictness;
use super::{Footprint, State, Statement, Step};
use crate::db::blocked::Explorable;
use look::{Inspect, Look, Reset};

/// Which schedules are taken for the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pruning {
    /// None: a session that was refused may begin again at any time, too.
    None,
    /// Those in which a refused session begins again although nothing has changed since: see
    /// [`begin_again`](super::begin_again). All counts are those of real schedules.
    #[default]
    Retries,
    /// Those also that differ only in the order of statements which do not touch the same.
    Equivalent,
}

/// What is to be explored, and how.
///
/// Two or more sessions, each of them code that uses a diesel connection, are run against a
/// real database in every order in which their statements can meet. After each of these
/// schedules the final state is looked at. The [first page](crate) has an example.
///
/// `S` is what a state is told as: words, unless it begins with
/// [`with_state`](Self::with_state).
pub struct Exploration<C, S = String> {
    connect: Connect<C>,
    sessions: Vec<SessionBody<C>>,
    reset: Option<Reset<C>>,
    inspect: Option<Inspect<C, S>>,
    state: Option<Look<C, S>>,
    watch: Option<Look<C, S>>,
    footprints: Option<Footprints>,
    strictness: Option<AskStrictness>,
    coverage: Coverage,
    pruning: Pruning,
    multiversion: bool,
    patience: Duration,
    timeouts: Option<Duration>,
    longest: usize,
    most: u64,
    stop: Option<&'static AtomicBool>,
    most_time: Duration,
    stop_at_first: bool,
    progress_after: Duration,
    by_shape: bool,
    sure: bool,
    keeps: bool,
    quiet: bool,
    starts_are_steps: bool,
    inside: Inside,
    makes_gates: bool,
}

impl<C: Explorable> Exploration<C> {
    /// An exploration on connections that `connect` makes: one for each session, and one to
    /// look after them.
    pub fn new<E: Display>(connect: impl Fn() -> Result<C, E> + Send + Sync + 'static) -> Self {
        Self::with_state(connect)
    }
}

impl<C: Explorable, S: State> Exploration<C, S> {
    /// The same with states of a type of your own, which [`state`](Self::state),
    /// [`watch`](Self::watch) and [`inspect`](Self::inspect) give.
    pub fn with_state<E: Display>(
        connect: impl Fn() -> Result<C, E> + Send + Sync + 'static,
    ) -> Self {
        Self {
            connect: Arc::new(move || connect().map_err(|error| error.to_string())),
            sessions: Vec::new(),
            reset: None,
            inspect: None,
            state: None,
            watch: None,
            footprints: None,
            strictness: None,
            coverage: Coverage::Every,
            pruning: Pruning::default(),
            multiversion: false,
            patience: Duration::from_secs(10),
            timeouts: None,
            longest: 1_000,
            most: u64::MAX,
            stop: None,
            most_time: Duration::MAX,
            stop_at_first: false,
            progress_after: Duration::from_secs(5),
            by_shape: false,
            sure: false,
            keeps: false,
            quiet: false,
            starts_are_steps: false,
            inside: Inside::Off,
            makes_gates: false,
        }
    }

    /// Adds a session: code that uses its connection, on a thread of its own, once for each
    /// schedule. An error is an ending like another, and told in the witness.
    #[must_use]
    pub fn session<E: Display>(
        self,
        mut work: impl FnMut(&mut C) -> Result<(), E> + Send + 'static,
    ) -> Self {
        self.session_that_tells(move |connection| work(connection).map(|()| "done"))
    }

    /// Adds a session that has something to say at its end.
    #[must_use]
    pub fn session_that_tells<T: Display, E: Display>(
        mut self,
        mut work: impl FnMut(&mut C) -> Result<T, E> + Send + 'static,
    ) -> Self {
        self.sessions
            .push(SessionBody::Code(Box::new(move |connection| {
                match work(connection) {
                    Ok(said) => Ok(said.to_string()),
                    Err(error) => Err(error.to_string()),
                }
            })));
        self
    }

    /// Adds a session that is no code of this process's, and opens its connections itself.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn remote_session(mut self, remote: impl RemoteSession + 'static) -> Self {
        self.sessions.push(SessionBody::Remote(Box::new(remote)));
        self.by_shape = true;
        // What such a session sends between two steps is not known to keep all locks.
        self.sure = true;
        // Nor is it known what it waits for in its own code.
        self.quiet = true;
        self
    }

    /// When such sessions begin is a choice, too.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn starts_are_steps(mut self) -> Self {
        self.starts_are_steps = true;
        self
    }

    /// Lets a session keep its connection for the next schedule where it has sent nothing but
    /// plain SELECT, INSERT, UPDATE and DELETE and what begins and ends transactions. Otherwise
    /// each schedule begins on connections that `connect` has just made, so that no setting,
    /// lock, temporary table or prepared statement reaches from one into the next.
    ///
    /// That is faster, and true where no trigger, rule, view or default leaves something on the
    /// connection: that, the text of a statement does not tell.
    #[must_use]
    pub fn keep_connections(mut self) -> Self {
        self.keeps = true;
        self
    }

    /// What statements touch, where more is known than their text tells; `None` leaves it to
    /// the text. Asked before a statement is sent, and again with the step when it is over:
    /// one that was refused may have locked nothing. Only of interest with [`Pruning::Equivalent`].
    #[must_use]
    pub fn footprints(
        mut self,
        footprints: impl FnMut(&Statement, Option<&Step>) -> Option<Footprint> + 'static,
    ) -> Self {
        self.footprints = Some(Box::new(footprints));
        self
    }

    /// How strict the database is, at the most, with the transactions of remote sessions, as far as
    /// they have told: asked whenever one is about to send a statement. Without it it may be as
    /// strict as it can.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn strictness(mut self, strictness: impl Fn() -> Strictness + 'static) -> Self {
        self.strictness = Some(Box::new(strictness));
        self
    }

    /// Which schedules are taken for the same. [`Pruning::Equivalent`] reads from the SQL which
    /// tables a statement touches, and does not know of triggers, rules, views, foreign keys.
    #[must_use]
    pub fn pruning(mut self, pruning: Pruning) -> Self {
        self.pruning = pruning;
        self
    }

    /// Says that at SERIALIZABLE, too, plain reads neither wait for writers nor hold them up, and
    /// that it makes no difference which of two transactions in each other's way is refused:
    /// true of PostgreSQL where whoever is refused begins again. Without it every statement of
    /// such a transaction depends on whatever the transaction has touched.
    #[must_use]
    pub fn multiversion(mut self) -> Self {
        self.multiversion = true;
        self
    }

    /// Stops these statements inside, too: after they have read, before each row that they write.
    /// On PostgreSQL only. For that the tables of the schemas in which names are looked up
    /// (`search_path`) have a trigger that changes nothing, for as long as the exploration takes:
    /// it goes with the connection that has made it. They must be there before, and stay: `reset`
    /// must not make them anew.
    #[must_use]
    pub fn inside(mut self, inside: Inside) -> Self {
        self.inside = inside;
        self.makes_gates = inside != Inside::Off;
        self
    }

    /// The same by the gates that the database has been given already.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn inside_by_gates(mut self, inside: Inside) -> Self {
        self.inside = inside;
        self.makes_gates = false;
        self
    }

    /// How long nothing may move before the exploration fails: 10 s unless told.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Says on stderr how far it is, first after that long (5 s unless told): the number of
    /// schedules, and the token of the shortest broken one. [`Duration::MAX`] keeps it quiet.
    #[must_use]
    pub fn progress_after(mut self, first: Duration) -> Self {
        self.progress_after = first;
        self
    }

    /// Lets sessions that wait for a lock give up, too, wherever they wait: a step of its own, in
    /// which everybody else is held up until the session's own time limit runs out
    /// (`lock_timeout`, `innodb_lock_wait_timeout`). Such a step takes as long as the limit, so
    /// let that be short, but not much below 100 ms: it runs in all other steps as well. One that
    /// has not given up after `longest` is taken to have no limit.
    #[must_use]
    pub fn timeouts(mut self, longest: Duration) -> Self {
        self.timeouts = Some(longest);
        self
    }
}
