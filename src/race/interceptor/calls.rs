//! Calls to the outside: each is a step, as a statement is.

use super::Interceptor;
use super::state::{Mode, Origin, Passage, Step};
use crate::explore::{Statement, StatementOutcome};

impl Interceptor {
    /// Stops a call until it is its turn.
    pub(in crate::race) fn call_arrives(&self, label: String) -> Passage {
        let mut state = self.state();
        match state.mode {
            Mode::Disconnect => return Passage::TooLate,
            Mode::GetReady => return Passage::Passes,
            Mode::Idle => {
                state.seen.went_on = true;
                return Passage::Passes;
            }
            Mode::PassThrough | Mode::Intercept(_) => {}
        }
        state.calls += 1;
        let number = state.calls;
        let origin = Origin::Call(number);
        // What a statement has prepared is not run before the call any more.
        if state
            .step
            .as_ref()
            .is_some_and(|step| !step.to_run.is_empty())
        {
            state.finish(StatementOutcome::default());
            self.wake_whoever_goes(&state);
        }
        state.seen.steps += 1;
        if matches!(state.mode, Mode::Intercept(_)) {
            let statement = Statement {
                sql: label,
                binds: Vec::new(),
            };
            state.stop(origin, statement);
            self.give_turn_back();
            // A later run has forgotten it: whoever made it has not waited for the answer.
            while !state.is_disconnecting() && state.has_stopped(origin) {
                if state.is_turn_of(origin) {
                    state.let_first_go();
                    state.step = Some(Step::of(origin));
                    return Passage::Counts(number);
                }
                state = self.wait(state);
            }
            return Passage::TooLate;
        }
        state.step = Some(Step::of(origin));
        Passage::Counts(number)
    }

    /// The call with that number is over, and what came of it.
    pub(in crate::race) fn call_answered(&self, number: u64, outcome: StatementOutcome) {
        let own = Origin::Call(number);
        self.take_turn_after(own);
        let mut state = self.state();
        if state.is_at_step_of(own) {
            state.finish(outcome);
        }
        self.changed.notify_all();
    }
}
