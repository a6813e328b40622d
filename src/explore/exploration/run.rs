//! Running an exploration: schedule after schedule, and the witness once more at the end.

mod estimate;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

pub use estimate::Estimate;

use super::progress::Progress;
use super::{Exploration, Pruning};
use crate::db::blocked::Explorable;
use crate::explore::error::ExploreError;
use crate::explore::result::{Coverage, Divergence, Explored};
use crate::explore::scheduler::{Rules, Scheduler};
use crate::explore::search::{DepthFirst, Random, Script, Search};
use crate::explore::session::ConnectionPolicy;
use crate::explore::tally::{Tally, Uncounted};
use crate::explore::{Extent, History, State, Token, Turn};

/// How often a schedule is run again that did not repeat itself, or whose deadlock had a victim
/// that depended on the time, before that is taken for an answer.
pub(super) const REPETITIONS: u32 = 20;

/// What came of a schedule.
enum ScheduleOutcome {
    /// It has been counted.
    Counted,
    /// It never repeated itself, in so many runs.
    Unrepeatable(Divergence),
}

impl<C: Explorable, S: State> Exploration<C, S> {
    /// Runs the schedules.
    ///
    /// # Errors
    /// Whatever keeps the answer from being true: see [`ExploreError`].
    pub fn explore(mut self) -> Result<Explored<S>, ExploreError> {
        let began = Instant::now();
        let sessions = self.sessions.len();
        if sessions == 1 {
            return Err(ExploreError::OneSession);
        }
        if sessions > 1 && self.inspect.is_none() && self.state.is_none() {
            return Err(ExploreError::NothingLooks);
        }
        let mut search = self.search(sessions);
        let mut scheduler = self.scheduler()?;
        let mut tally = Tally::default();
        let mut divergence = None;
        let mut complete = false;
        let mut progress = Progress::new(self.progress_after);
        while !self.interrupted()
            && tally.schedules < self.most
            && began.elapsed() < self.most_time
            && !(self.stop_at_first && tally.broken > 0)
        {
            match self.run_schedule(&mut scheduler, search.as_mut(), &mut tally, &mut divergence)? {
                ScheduleOutcome::Counted => {}
                ScheduleOutcome::Unrepeatable(found) => {
                    divergence = Some(found);
                    break;
                }
            }
            if tally.runs == 1
                && let Some(session) = scheduler.silent()
            {
                return Err(ExploreError::Silent(session + 1));
            }
            progress.tell(tally.schedules, tally.broken, tally.shortest());
            if !search.advance() {
                complete = true;
                break;
            }
        }
        scheduler.see_gates()?;
        let server = (scheduler.observer.version())
            .map_err(|error| ExploreError::Inspect(error.to_string()))?;
        let witness = tally
            .wrong()
            .map(|found| self.witness(&mut scheduler, found));
        let (witness, witness_repeats) = witness.unzip();
        Ok(Explored {
            sessions,
            server,
            coverage: match self.coverage {
                // As many as were run.
                Coverage::Random { seed, .. } => Coverage::Random {
                    schedules: tally.schedules,
                    seed,
                },
                coverage if complete => coverage,
                _ => Coverage::Part,
            },
            extent: self.extent(search.as_ref(), &tally, complete),
            stopped_at_first: self.stop_at_first && tally.broken > 0 && !complete,
            schedules: tally.schedules,
            runs: tally.runs,
            repetitions: tally.repetitions,
            divergences: tally.divergences,
            divergence,
            pruned: search.pruned(),
            pruning: self.pruning == Pruning::Equivalent && self.coverage == Coverage::Every,
            cut: tally.cut,
            broken: tally.broken,
            stray_broken: tally.stray_broken,
            hung: tally.hung,
            left_open: tally.left_open,
            judged: self.inspect.is_some(),
            has_reset: self.reset.is_some(),
            overlapped: tally.overlapped,
            instants: scheduler.instants.listed(),
            inside: self.inside,
            took_instants: scheduler.instants.any,
            timeouts_unreached: tally.waited > 0
                && !tally.gave_up_waiting
                && scheduler.has_limits(),
            deadlocked: tally.deadlocked,
            waited: tally.waited,
            waited_in_code: tally.waited_in_code,
            paused: tally.paused,
            marks: tally.marks(),
            final_states: tally.final_states(),
            witness,
            witness_repeats: witness_repeats.unwrap_or_default(),
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
    pub fn replay(mut self, token: &Token) -> Result<History<S>, ExploreError> {
        let mut scheduler = self.scheduler()?;
        self.history(&mut scheduler, token)
    }

    /// Runs a script: each turn in its place, or as soon after it as its session can go. A
    /// session that is refused, and rolls back where the script goes on, does so at once; the
    /// turns that it has left are not taken.
    ///
    /// # Errors
    /// As for [`explore`](Self::explore).
    pub fn follow(mut self, turns: &[Turn]) -> Result<History<S>, ExploreError> {
        self.sure = true;
        let mut scheduler = self.scheduler()?;
        self.recorded(&mut scheduler, &mut Script::new(turns))
    }

    fn extent(&self, search: &dyn Search, tally: &Tally<S>, complete: bool) -> Extent {
        match self.coverage {
            Coverage::Every if complete => Extent::whole(tally.schedules),
            _ => {
                let distinct = search.distinct().unwrap_or(tally.schedules);
                let distinct = distinct.min(tally.schedules);
                Extent::part(distinct, search.estimated(), search.likelihood())
            }
        }
    }

    pub(super) fn interrupted(&self) -> bool {
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

    fn scheduler(&mut self) -> Result<Scheduler<C>, ExploreError> {
        if self.sessions.is_empty() {
            return Err(ExploreError::NoSessions);
        }
        Scheduler::new(
            ConnectionPolicy {
                connect: Arc::clone(&self.connect),
                keeps: self.keeps,
            },
            std::mem::take(&mut self.sessions),
            self.footprints.take(),
            Rules {
                patience: self.patience,
                timeouts: self.timeouts,
                longest: self.longest,
                eager: self.pruning == Pruning::None,
                pruning: self.pruning == Pruning::Equivalent,
                multiversion: self.multiversion,
                strictness: self.strictness.take(),
                by_shape: self.by_shape,
                quiet: self.quiet,
                starts_are_steps: self.starts_are_steps,
                inside: self.inside,
                makes_gates: self.makes_gates,
                sure: self.sure,
            },
        )
    }

    /// Runs a schedule, again where that did not go as it should. Every run is looked at.
    fn run_schedule(
        &mut self,
        scheduler: &mut Scheduler<C>,
        search: &mut dyn Search,
        tally: &mut Tally<S>,
        divergence: &mut Option<Divergence>,
    ) -> Result<ScheduleOutcome, ExploreError> {
        scheduler.forget_doubts();
        for repetition in 1.. {
            let (mut run, outcome) = self.once(scheduler, search, false)?;
            let again = repetition < REPETITIONS && !self.interrupted();
            run.paused = scheduler.doubts(&run, search.difference().is_some());
            if let Some(difference) = search.difference() {
                let found = Divergence {
                    token: run.token.clone(),
                    difference: difference.words.clone(),
                    by_session: difference.by_session,
                };
                tally.count_stray(&run, &outcome, Uncounted::Diverged);
                if !again {
                    return Ok(ScheduleOutcome::Unrepeatable(found));
                }
                if found.by_session {
                    divergence.get_or_insert(found);
                }
            } else if run.raced && again {
                tally.count_stray(&run, &outcome, Uncounted::Raced);
            } else if run.paused && again {
                tally.count_stray(&run, &outcome, Uncounted::Paused);
            } else if scheduler.waits_at_start() && !self.starts_are_steps {
                return Err(ExploreError::WaitsAtStart);
            } else if run.forgotten {
                tally.count_stray(&run, &outcome, Uncounted::Equivalent);
                break;
            } else {
                tally.count(&run, outcome);
                break;
            }
            search.rewind();
        }
        Ok(ScheduleOutcome::Counted)
    }
}
