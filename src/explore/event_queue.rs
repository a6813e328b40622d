//! To wake a thread costs as much as a statement does. So the scheduler is woken only once all
//! whom it awaits have come to rest, and a session that is sure to be let go on again is told so
//! beforehand: it tells of its next statement, and sends it, without waiting for an answer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::messages::SessionEvent;

/// What the sessions tell the scheduler, in order.
#[derive(Debug, Default)]
pub(super) struct EventQueue {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    events: VecDeque<SessionEvent>,
    /// How many sessions have to come to rest before the scheduler is woken.
    awaited: usize,
    /// The session that may go on without asking, and past how many statements.
    free: Option<(usize, usize)>,
}

impl EventQueue {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what a session tells, and wakes the scheduler if it awaits nobody else.
    pub(super) fn send(&self, event: SessionEvent) {
        let mut inner = self.inner();
        inner.events.push_back(event);
        inner.awaited = inner.awaited.saturating_sub(1);
        let wake = inner.awaited == 0;
        drop(inner);
        if wake {
            self.changed.notify_one();
        }
    }

    /// Tells of a statement. Gives whether the session may send it without waiting to be
    /// let go; the scheduler is not woken then.
    pub(super) fn send_and_go_on(&self, mut event: SessionEvent) -> bool {
        let mut inner = self.inner();
        match &mut inner.free {
            Some((session, times)) if *session == event.session && *times > 0 => {
                *times -= 1;
                event.goes_on = true;
                inner.events.push_back(event);
                true
            }
            _ => {
                drop(inner);
                self.send(event);
                false
            }
        }
    }

    /// Lets a session go on past so many statements after the one that it is let go with.
    pub(super) fn free(&self, session: usize, times: usize) {
        self.inner().free = (times > 0).then_some((session, times));
    }

    /// Takes that back. Gives whether it comes in time: nothing has been told meanwhile.
    pub(super) fn hold_all(&self) -> bool {
        let mut inner = self.inner();
        inner.free = None;
        inner.events.is_empty()
    }

    /// What was told first, if anything.
    pub(super) fn take(&self) -> Option<SessionEvent> {
        self.inner().events.pop_front()
    }

    /// The same; while there is nothing, waits until `awaited` sessions have come to rest, but
    /// no longer than `pause`.
    pub(super) fn take_within(&self, awaited: usize, pause: Duration) -> Option<SessionEvent> {
        let mut inner = self.inner();
        if inner.events.is_empty() {
            inner.awaited = awaited;
            let deadline = Instant::now() + pause;
            while inner.awaited > 0 {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                inner = match self.changed.wait_timeout(inner, left) {
                    Ok((inner, _)) => inner,
                    Err(poisoned) => poisoned.into_inner().0,
                };
            }
            inner.awaited = 0;
        }
        inner.events.pop_front()
    }
}
