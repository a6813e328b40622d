//! One schedule: put back, run, and looked at.

use super::Exploration;
use super::run::REPETITIONS;
use crate::db::blocked::Explorable;
use crate::explore::error::ExploreError;
use crate::explore::history::endings_in_words;
use crate::explore::scheduler::{Run, Scheduler};
use crate::explore::search::{Replay, Search};
use crate::explore::tally::RunOutcome;
use crate::explore::{End, History, Inspection, State, Token};

impl<C: Explorable, S: State> Exploration<C, S> {
    /// Runs a schedule once, and looks at what it has left.
    pub(super) fn once(
        &mut self,
        scheduler: &mut Scheduler<C>,
        search: &mut dyn Search,
        watched: bool,
    ) -> Result<(Run, RunOutcome<S>), ExploreError> {
        if let Some(reset) = &mut self.reset {
            reset(&mut scheduler.observer).map_err(ExploreError::Reset)?;
        }
        let mut states = Vec::new();
        let mut watch = self.watch.as_mut().filter(|_| watched).map(|watch| {
            |connection: &mut C, step: usize| {
                let seen = watch(connection);
                let words = match &seen {
                    Ok(state) => Some(state.to_string()),
                    Err(error) => error.lines().next().map(str::to_owned),
                };
                states.resize(step, None);
                states[step - 1] = seen.ok();
                words
            }
        });
        let run = scheduler.run_schedule(search, watch.as_mut().map(|watch| watch as _))?;
        let outcome = match &run.hung {
            Some(hung) => RunOutcome {
                end: End::Never,
                states,
                found: Inspection {
                    broken: Some(hung.clone()),
                    ..Inspection::default()
                },
            },
            None => self.look(scheduler, &run, states)?,
        };
        Ok((run, outcome))
    }

    fn look(
        &mut self,
        scheduler: &mut Scheduler<C>,
        run: &Run,
        states: Vec<Option<S>>,
    ) -> Result<RunOutcome<S>, ExploreError> {
        let mut found = match &mut self.inspect {
            Some(inspect) => inspect(&mut scheduler.observer, &run.endings, &run.steps)
                .map_err(ExploreError::Inspect)?,
            None => Inspection::default(),
        };
        if let Some(state) = &mut self.state {
            found.state = Some(state(&mut scheduler.observer).map_err(ExploreError::Inspect)?);
        }
        let told = found.state.take();
        let end = match told.filter(|state| !state.to_string().is_empty()) {
            Some(state) => End::State(state),
            None => End::Sessions(endings_in_words(&run.endings)),
        };
        Ok(RunOutcome { end, states, found })
    }

    /// A schedule that went wrong, with what is seen when it goes wrong once more; as it was
    /// found where it does not. Gives whether it did.
    pub(super) fn witness(
        &mut self,
        scheduler: &mut Scheduler<C>,
        found: History<S>,
    ) -> (History<S>, bool) {
        for _ in 0..REPETITIONS {
            match self.history(scheduler, &found.replay) {
                Ok(again) if again.broken.is_some() && again.replay == found.replay => {
                    return (again, true);
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        (found, false)
    }

    pub(super) fn history(
        &mut self,
        scheduler: &mut Scheduler<C>,
        token: &Token,
    ) -> Result<History<S>, ExploreError> {
        let mut search = Replay::new(token);
        let history = self.recorded(scheduler, &mut search)?;
        Ok(History {
            fell_back: search.fell_back().to_vec(),
            ..history
        })
    }

    /// The history of the schedule that `search` chooses.
    pub(super) fn recorded(
        &mut self,
        scheduler: &mut Scheduler<C>,
        search: &mut dyn Search,
    ) -> Result<History<S>, ExploreError> {
        let mut repetition = 1;
        scheduler.forget_doubts();
        let (run, outcome) = loop {
            let (mut run, outcome) = self.once(scheduler, search, true)?;
            run.paused = scheduler.doubts(&run, false);
            if !(run.raced || run.paused) || repetition == REPETITIONS || self.interrupted() {
                break (run, outcome);
            }
            repetition += 1;
            search.rewind();
        };
        if scheduler.waits_at_start() && !self.starts_are_steps {
            return Err(ExploreError::WaitsAtStart);
        }
        Ok(outcome.history(&run))
    }
}
