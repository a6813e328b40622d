//! Who of an application's sessions is at work in its code: one at a time, so that whatever comes
//! out of it is known to be theirs.
//!
//! A session has its turn from the moment in which its request is sent, or the answer to its
//! statement handed over, until it is stopped before its next statement, or its request is answered.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long to wait for the end of a turn, where a statement may be that of one who was quiet.
const CLEAR: Duration = Duration::from_secs(1);

/// Whose turn it is, of the sessions that one application serves.
#[derive(Debug, Default)]
pub(super) struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    holder: Option<usize>,
    /// Who has had its turn and was quiet for too long: it may come back at any time.
    quiet: BTreeSet<usize>,
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
            state.quiet.remove(&session);
        }
    }

    /// Gives the turn back, if that session has it.
    pub(super) fn give_back(&self, session: usize) {
        let mut state = self.state();
        state.quiet.remove(&session);
        if state.holder == Some(session) {
            state.holder = None;
            self.changed.notify_all();
        }
    }

    /// Takes the turn from that session, which is quiet, if it has it.
    pub(super) fn let_others(&self, session: usize) {
        let mut state = self.state();
        if state.holder == Some(session) {
            state.holder = None;
            state.quiet.insert(session);
            self.changed.notify_all();
        }
    }

    /// Who does something now: whoever's turn it is; or the one that was quiet, which has its turn
    /// again, once nobody else has. `None`: it cannot be told.
    pub(super) fn who_is_at_work(&self) -> Option<usize> {
        let deadline = Instant::now() + CLEAR;
        let mut state = self.state();
        while state.holder.is_some() && !state.quiet.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.quiet.len() > 1 {
            return None;
        }
        if let Some(back) = state.quiet.pop_first() {
            state.holder = Some(back);
        }
        state.holder
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
        assert_eq!(turns.state().holder, Some(0));
        let early = receiver.recv_timeout(Duration::from_millis(20));
        assert!(early.is_err(), "{early:?}");
        turns.give_back(1);
        assert_eq!(turns.state().holder, Some(0));
        turns.give_back(0);
        assert_eq!(receiver.recv().unwrap(), 1);
        assert_eq!(turns.state().holder, Some(1));
    }

    #[test]
    fn one_that_was_quiet_is_at_work_again_where_nobody_else_is() {
        let turns = Arc::new(Turns::default());
        assert_eq!(turns.who_is_at_work(), None);
        turns.take(1);
        assert_eq!(turns.who_is_at_work(), Some(1));
        turns.let_others(1);
        turns.take(0);
        let asked = {
            let turns = Arc::clone(&turns);
            thread::spawn(move || turns.who_is_at_work())
        };
        turns.give_back(0);
        assert_eq!(asked.join().unwrap(), Some(1));
        // Of two that were quiet it may be either.
        turns.let_others(1);
        turns.take(0);
        turns.let_others(0);
        assert_eq!(turns.who_is_at_work(), None);
        // Or it is the one whose turn it is.
        turns.take(0);
        assert_eq!(turns.who_is_at_work(), None);
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
        waiting.join().unwrap();
    }
}
