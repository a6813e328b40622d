//! An exploration: what is to be explored, and how.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::error::ExploreError;
use super::result::{Coverage, Explored, Inspection};
use super::search::{DepthFirst, Random, Replay, Search};
use super::session::{Connect, Work};
use super::stage::{Footprints, Rules, Run, Stage};
use super::tally::Tally;
use super::{Footprint, History, Statement, Step, Token};
use crate::db::blocked::Explorable;

/// How often a schedule is run again that did not repeat itself, or whose deadlock had a victim
/// that depended on the time, before that is taken for an answer.
const REPETITIONS: u32 = 20;

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

    /// Runs the schedules.
    ///
    /// # Errors
    /// Whatever keeps the answer from being true: see [`ExploreError`].
    pub fn explore(mut self) -> Result<Explored, ExploreError> {
        let began = Instant::now();
        let sessions = self.sessions.len();
        let mut search = self.search(sessions);
        let mut stage = self.stage()?;
        let mut tally = Tally::default();
        let mut complete = false;
        while !self.interrupted() && tally.schedules < self.most {
            let run = self.play(&mut stage, search.as_mut(), false)?;
            if let Some((run, inspection)) = run {
                tally.count(&run, inspection);
            }
            if tally.schedules == 1
                && let Some(session) = stage.silent()
            {
                return Err(ExploreError::Silent(session + 1));
            }
            if !search.advance() {
                complete = true;
                break;
            }
        }
        let witness = match tally.shortest.take() {
            Some((token, state)) => Some(self.witness(&mut stage, &token, &state)?),
            None => None,
        };
        Ok(Explored {
            sessions,
            coverage: if complete {
                self.coverage
            } else {
                Coverage::Part
            },
            schedules: tally.schedules,
            pruned: search.pruned(),
            pruning: self.pruning == Pruning::Equivalent && self.coverage == Coverage::Every,
            cut: tally.cut,
            broken: tally.broken,
            deadlocked: tally.deadlocked,
            waited: tally.waited,
            marks: tally.marks(),
            final_states: tally.final_states(),
            witness,
            instructive: tally.instructive(),
            interrupted: self.interrupted(),
            elapsed: began.elapsed(),
        })
    }

    /// Runs one schedule. Where the token cannot be followed, because the session that it names
    /// waits or has ended, the one with the lowest number that can goes on in its place; after
    /// the token's end each session goes on for as long as it can, the last one first.
    ///
    /// # Errors
    /// As for [`explore`](Self::explore).
    pub fn replay(mut self, token: &Token) -> Result<History, ExploreError> {
        let mut stage = self.stage()?;
        self.history(&mut stage, token)
    }

    fn interrupted(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Relaxed))
    }

    fn search(&self, sessions: usize) -> Box<dyn Search> {
        let pruning = self.pruning == Pruning::Equivalent;
        match self.coverage {
            Coverage::Preemptions(most) => Box::new(DepthFirst::new(pruning, Some(most))),
            Coverage::Random { schedules, seed } => {
                Box::new(Random::new(sessions, schedules, seed))
            }
            Coverage::Every | Coverage::Part => Box::new(DepthFirst::new(pruning, None)),
        }
    }

    fn stage(&mut self) -> Result<Stage<C>, ExploreError> {
        if self.sessions.is_empty() {
            return Err(ExploreError::NoSessions);
        }
        Stage::new(
            Arc::clone(&self.connect),
            std::mem::take(&mut self.sessions),
            self.footprints.take(),
            Rules {
                patience: self.patience,
                longest: self.longest,
                eager: self.pruning == Pruning::None,
                pruning: self.pruning == Pruning::Equivalent,
                multiversion: self.multiversion,
            },
        )
    }

    /// Runs a schedule, again where that did not go as it should; `None`: it is to be forgotten.
    fn play(
        &mut self,
        stage: &mut Stage<C>,
        search: &mut dyn Search,
        watched: bool,
    ) -> Result<Option<(Run, Inspection)>, ExploreError> {
        for repetition in 1.. {
            if let Some(reset) = &mut self.reset {
                reset(&mut stage.observer).map_err(ExploreError::Reset)?;
            }
            let watch = self.watch.as_mut().filter(|_| watched);
            let run = stage.play(search, watch.map(|watch| watch.as_mut() as _))?;
            let again = repetition < REPETITIONS && !self.interrupted();
            if let Some(difference) = search.difference() {
                if !again {
                    return Err(ExploreError::Diverged {
                        token: run.token.to_string(),
                        difference: difference.to_owned(),
                    });
                }
            } else if !(run.raced && again) {
                if run.forgotten {
                    return Ok(None);
                }
                let inspection = self.look(stage, &run)?;
                return Ok(Some((run, inspection)));
            }
            search.rewind();
        }
        Ok(None)
    }

    fn look(&mut self, stage: &mut Stage<C>, run: &Run) -> Result<Inspection, ExploreError> {
        let mut inspection = match &mut self.inspect {
            Some(inspect) => {
                inspect(&mut stage.observer, &run.endings).map_err(ExploreError::Inspect)?
            }
            None => Inspection::default(),
        };
        if let Some(state) = &mut self.state {
            inspection.state = state(&mut stage.observer).unwrap_or_default();
        }
        if inspection.state.is_empty() {
            // Nobody has put it in words: how the sessions ended is what there is to tell.
            inspection.state = told(run).join(", ");
        }
        Ok(inspection)
    }

    /// The history of a schedule that must end in `state` once more.
    fn witness(
        &mut self,
        stage: &mut Stage<C>,
        token: &Token,
        state: &str,
    ) -> Result<History, ExploreError> {
        let mut history = self.history(stage, token)?;
        for _ in 1..REPETITIONS {
            if history.state == state && history.replay == *token {
                return Ok(history);
            }
            history = self.history(stage, token)?;
        }
        Err(ExploreError::Diverged {
            token: token.to_string(),
            difference: format!(
                "it ended in '{state}' before, and in '{}' now",
                history.state
            ),
        })
    }

    fn history(&mut self, stage: &mut Stage<C>, token: &Token) -> Result<History, ExploreError> {
        let mut search = Replay::new(token);
        let Some((run, inspection)) = self.play(stage, &mut search, true)? else {
            return Err(ExploreError::ThreadGone);
        };
        let endings = told(&run);
        Ok(History {
            replay: run.token,
            steps: run.steps,
            endings,
            state: inspection.state,
            broken: inspection.broken,
            fell_back: search.fell_back().to_vec(),
        })
    }
}

/// How each session ended, in its own words.
fn told(run: &Run) -> Vec<String> {
    let words = |ending: &Result<String, String>| match ending {
        Ok(said) => said.clone(),
        Err(error) => format!("failed: {error}"),
    };
    run.endings.iter().map(words).collect()
}
