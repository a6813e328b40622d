//! Running an exploration: schedule after schedule, and the witness once more at the end.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::{Exploration, Pruning};
use crate::db::blocked::Explorable;
use crate::explore::error::ExploreError;
use crate::explore::result::{Coverage, Explored, Inspection};
use crate::explore::search::{DepthFirst, Random, Replay, Script, Search};
use crate::explore::stage::{Rules, Run, Stage};
use crate::explore::tally::Tally;
use crate::explore::{History, Token, Turn};

/// How often a schedule is run again that did not repeat itself, or whose deadlock had a victim
/// that depended on the time, before that is taken for an answer.
const REPETITIONS: u32 = 20;

impl<C: Explorable> Exploration<C> {
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

    /// Runs a script: each turn in its place, or as soon after it as its session can go. A
    /// session that is refused, and rolls back where the script goes on, does so at once; the
    /// turns that it has left are not taken.
    ///
    /// # Errors
    /// As for [`explore`](Self::explore).
    pub fn follow(mut self, turns: &[Turn]) -> Result<History, ExploreError> {
        self.sure = true;
        let mut stage = self.stage()?;
        self.recorded(&mut stage, &mut Script::new(turns))
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
                sure: self.sure,
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
        let history = self.recorded(stage, &mut search)?;
        Ok(History {
            fell_back: search.fell_back().to_vec(),
            ..history
        })
    }

    /// The history of the schedule that `search` chooses.
    fn recorded(
        &mut self,
        stage: &mut Stage<C>,
        search: &mut dyn Search,
    ) -> Result<History, ExploreError> {
        let Some((run, inspection)) = self.play(stage, search, true)? else {
            return Err(ExploreError::ThreadGone);
        };
        let endings = told(&run);
        Ok(History {
            replay: run.token,
            steps: run.steps,
            endings,
            state: inspection.state,
            broken: inspection.broken,
            fell_back: Vec::new(),
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
