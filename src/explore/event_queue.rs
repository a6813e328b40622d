//! Where the sessions leave word for the scheduler.
//!
//! To wake somebody costs as much as a statement does. So the scheduler is woken only once all
//! whom it awaits have come to rest, and a session that is sure to be let go on again is told so
//! beforehand: it leaves word of its next statement, and sends it, without waiting for an answer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::messages::SessionEvent;

/// Where the sessions leave word for the scheduler.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    inside: Mutex<Inside>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    events: VecDeque<SessionEvent>,
    /// How many sessions have to come to rest before the scheduler is woken.
    awaited: usize,
    /// The session that may go on without asking, and past how many statements.
    free: Option<(usize, usize)>,
}

impl Mailbox {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves word, and wakes the scheduler if it awaits nobody else.
    pub(super) fn leave(&self, event: SessionEvent) {
        let mut inside = self.inside();
        inside.events.push_back(event);
        inside.awaited = inside.awaited.saturating_sub(1);
        let wake = inside.awaited == 0;
        drop(inside);
        if wake {
            self.bell.notify_one();
        }
    }

    /// Leaves word of a statement. Gives whether the session may send it without waiting to be
    /// let go; the scheduler is not woken then.
    pub(super) fn leave_and_go_on(&self, mut event: SessionEvent) -> bool {
        let mut inside = self.inside();
        match &mut inside.free {
            Some((session, times)) if *session == event.session && *times > 0 => {
                *times -= 1;
                event.goes_on = true;
                inside.events.push_back(event);
                true
            }
            _ => {
                drop(inside);
                self.leave(event);
                false
            }
        }
    }

    /// Lets a session go on past so many statements after the one that it is let go with.
    pub(super) fn free(&self, session: usize, times: usize) {
        self.inside().free = (times > 0).then_some((session, times));
    }

    /// Takes that back. Gives whether it comes in time: nothing has been left meanwhile.
    pub(super) fn hold_all(&self) -> bool {
        let mut inside = self.inside();
        inside.free = None;
        inside.events.is_empty()
    }

    /// What was left first, if anything.
    pub(super) fn take(&self) -> Option<SessionEvent> {
        self.inside().events.pop_front()
    }

    /// The same; while there is nothing, waits until `awaited` sessions have come to rest, but
    /// no longer than `pause`.
    pub(super) fn take_within(&self, awaited: usize, pause: Duration) -> Option<SessionEvent> {
        let mut inside = self.inside();
        if inside.events.is_empty() {
            inside.awaited = awaited;
            let deadline = Instant::now() + pause;
            while inside.awaited > 0 {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                inside = match self.bell.wait_timeout(inside, left) {
                    Ok((inside, _)) => inside,
                    Err(poisoned) => poisoned.into_inner().0,
                };
            }
            inside.awaited = 0;
        }
        inside.events.pop_front()
    }
}
