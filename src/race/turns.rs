//! Who of an application's sessions is at work in its code: one at a time, so that whatever comes
//! out of it is known to be theirs.
//!
//! A session has its turn from the moment in which its request is sent, or the answer to its
//! statement handed over, until it is stopped before its next statement, or its request is answered.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Whose turn it is, of the sessions that one application serves.
#[derive(Debug, Default)]
pub(super) struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    holder: Option<usize>,
    /// How many sessions have had their first turn in this schedule.
    begun: usize,
    /// Changes when nobody is to wait any more.
    age: u64,
}

impl Turns {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the turn, once nobody else has it.
    pub(super) fn take(&self, session: usize) {
        self.take_when(session, |_| true);
    }

    /// Takes the first turn in a schedule of so many sessions, after those with lower numbers:
    /// that all begin in the same order makes schedules repeat themselves.
    pub(super) fn take_first(&self, session: usize, sessions: usize) {
        self.take_when(session, |state| state.begun == session);
        let mut state = self.state();
        state.begun = (state.begun + 1) % sessions;
        drop(state);
        self.changed.notify_all();
    }

    fn take_when(&self, session: usize, may: impl Fn(&State) -> bool) {
        let mut state = self.state();
        let age = state.age;
        while state.age == age && !(state.holder.is_none_or(|one| one == session) && may(&state)) {
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if state.age == age {
            state.holder = Some(session);
        }
    }

    /// Gives the turn back, if that session has it.
    pub(super) fn give_back(&self, session: usize) {
        let mut state = self.state();
        if state.holder == Some(session) {
            state.holder = None;
            self.changed.notify_all();
        }
    }

    /// Whose turn it is.
    pub(super) fn holder(&self) -> Option<usize> {
        self.state().holder
    }

    /// Nobody is at work any more: whoever waits goes on.
    pub(super) fn end(&self) {
        let mut state = self.state();
        *state = State {
            age: state.age + 1,
            ..State::default()
        };
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn one_at_a_time_has_its_turn_and_the_first_ones_come_in_order() {
        let turns = Arc::new(Turns::default());
        let (sender, receiver) = channel();
        for session in [1, 0] {
            let (turns, sender) = (Arc::clone(&turns), sender.clone());
            thread::spawn(move || {
                turns.take_first(session, 2);
                let _ = sender.send(session);
            });
        }
        assert_eq!(receiver.recv().unwrap(), 0);
        assert_eq!(turns.holder(), Some(0));
        let early = receiver.recv_timeout(Duration::from_millis(20));
        assert!(early.is_err(), "{early:?}");
        turns.give_back(1);
        assert_eq!(turns.holder(), Some(0));
        turns.give_back(0);
        assert_eq!(receiver.recv().unwrap(), 1);
        assert_eq!(turns.holder(), Some(1));
    }

    #[test]
    fn nobody_waits_for_a_turn_that_will_not_come() {
        let turns = Arc::new(Turns::default());
        turns.take(0);
        let waiting = {
            let turns = Arc::clone(&turns);
            thread::spawn(move || turns.take(1))
        };
        while !waiting.is_finished() {
            turns.end();
            thread::yield_now();
        }
        assert_eq!(turns.holder(), None);
    }
}
