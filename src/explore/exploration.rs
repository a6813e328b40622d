//! An exploration: what is to be explored, and how.

mod run;

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::result::{Coverage, Inspection};
use super::session::{Connect, Work};
use super::stage::Footprints;
use super::{Footprint, Statement, Step};
use crate::db::blocked::Explorable;

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

type Reset<C> = Box<dyn FnMut(&mut C) -> Result<(), String>>;
type Inspect<C> = Box<dyn FnMut(&mut C, &[Result<String, String>]) -> Result<Inspection, String>>;
type Look<C> = Box<dyn FnMut(&mut C) -> Option<String>>;

/// What is to be explored, and how.
///
/// Two or more sessions, each of them code that uses a diesel connection, are run against a
/// real database in every order in which their statements can meet. After each of these
/// schedules the final state is looked at.
pub struct Exploration<C> {
    connect: Connect<C>,
    sessions: Vec<Work<C>>,
    reset: Option<Reset<C>>,
    inspect: Option<Inspect<C>>,
    state: Option<Look<C>>,
    watch: Option<Look<C>>,
    footprints: Option<Footprints>,
    coverage: Coverage,
    pruning: Pruning,
    multiversion: bool,
    patience: Duration,
    longest: usize,
    most: u64,
    stop: Option<&'static AtomicBool>,
    sure: bool,
}

impl<C: Explorable> Exploration<C> {
    /// An exploration on connections that `connect` makes: one for each session, and one to
    /// look after them.
    pub fn new<E: Display>(connect: impl Fn() -> Result<C, E> + Send + Sync + 'static) -> Self {
        Self {
            connect: Arc::new(move || connect().map_err(|error| error.to_string())),
            sessions: Vec::new(),
            reset: None,
            inspect: None,
            state: None,
            watch: None,
            footprints: None,
            coverage: Coverage::Every,
            pruning: Pruning::default(),
            multiversion: false,
            patience: Duration::from_secs(10),
            longest: 1_000,
            most: u64::MAX,
            stop: None,
            sure: false,
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
            .push(Box::new(move |connection| match work(connection) {
                Ok(said) => Ok(said.to_string()),
                Err(error) => Err(error.to_string()),
            }));
        self
    }

    /// Puts the state back before each schedule.
    #[must_use]
    pub fn reset<E: Display>(
        mut self,
        mut reset: impl FnMut(&mut C) -> Result<(), E> + 'static,
    ) -> Self {
        self.reset = Some(Box::new(move |connection| {
            reset(connection).map_err(|error| error.to_string())
        }));
        self
    }

    /// Looks at the final state of each schedule: an error is a sentence that says what is
    /// wrong with it.
    #[must_use]
    pub fn invariant<E: Display>(
        self,
        mut invariant: impl FnMut(&mut C) -> Result<(), E> + 'static,
    ) -> Self {
        self.inspect(move |connection, _| {
            Ok::<_, String>(Inspection {
                broken: invariant(connection).err().map(|error| error.to_string()),
                ..Inspection::default()
            })
        })
    }

    /// The same with more to say, and with a look at how each session ended.
    #[must_use]
    pub fn inspect<E: Display>(
        mut self,
        mut inspect: impl FnMut(&mut C, &[Result<String, String>]) -> Result<Inspection, E> + 'static,
    ) -> Self {
        self.inspect = Some(Box::new(move |connection, endings| {
            inspect(connection, endings).map_err(|error| error.to_string())
        }));
        self
    }

    /// Puts the final state in words, to tell distinct ones apart.
    #[must_use]
    pub fn state<E: Display>(
        mut self,
        mut state: impl FnMut(&mut C) -> Result<String, E> + 'static,
    ) -> Self {
        self.state = Some(Box::new(move |connection| state(connection).ok()));
        self
    }

    /// Puts the state in a word or two after each step of the witness, to stand beside it.
    #[must_use]
    pub fn watch<E: Display>(
        mut self,
        mut watch: impl FnMut(&mut C) -> Result<String, E> + 'static,
    ) -> Self {
        self.watch = Some(Box::new(move |connection| watch(connection).ok()));
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

    /// Only schedules with at most so many preemptions: switches away from a session that
    /// could have gone on.
    #[must_use]
    pub fn preemptions(mut self, most: u32) -> Self {
        self.coverage = Coverage::Preemptions(most);
        self
    }

    /// Only so many schedules, by chance; the same for the same `seed`.
    #[must_use]
    pub fn random(mut self, schedules: u64, seed: u64) -> Self {
        self.coverage = Coverage::Random { schedules, seed };
        self
    }

    /// At most so many schedules, whatever else is asked for.
    #[must_use]
    pub fn at_most(mut self, schedules: u64) -> Self {
        self.most = schedules;
        self
    }

    /// Cuts schedules off after so many steps: 1,000 unless told.
    #[must_use]
    pub fn longest(mut self, steps: usize) -> Self {
        self.longest = steps;
        self
    }

    /// How long nothing may move before the exploration fails: 10 s unless told.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Ends early, with what was found so far, once `stop` is set.
    #[must_use]
    pub fn stop(mut self, stop: &'static AtomicBool) -> Self {
        self.stop = Some(stop);
        self
    }
}
