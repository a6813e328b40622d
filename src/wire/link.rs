//! What a connection's two directions know of each other.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::answer::Answer;
use super::frame::Frame;

/// What a connection's two directions know of each other.
#[derive(Default)]
pub(super) struct Link {
    awaited: Mutex<Awaited>,
    answered: Condvar,
}

/// What the server still has to answer.
#[derive(Default)]
struct Awaited {
    until: Until,
    answer: Answer,
    own: Own,
}

/// Whether an answer is one to a statement that no client has sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Own {
    /// It is the client's.
    #[default]
    No,
    /// It is told to the watcher.
    Told,
    /// It is told to nobody.
    Quiet,
}

/// When an answer is whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Until {
    /// Nothing is awaited.
    #[default]
    Nothing,
    /// The server says that it is ready for more.
    Ready,
    /// So many statements are over, or one has failed.
    Over(usize),
}

impl Link {
    /// Waits until nothing is awaited.
    pub(super) fn wait(&self) {
        let mut awaited = self.locked();
        while awaited.until != Until::Nothing {
            awaited = self
                .answered
                .wait(awaited)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Awaits the answer to a statement that no client has sent.
    pub(super) fn set_own(&self, own: Own) {
        self.set(Until::Ready);
        self.locked().own = own;
    }

    pub(super) fn own(&self) -> Own {
        self.locked().own
    }

    fn locked(&self) -> MutexGuard<'_, Awaited> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, until: Until) {
        let mut awaited = self.locked();
        awaited.until = until;
        awaited.own = Own::No;
        if until == Until::Nothing {
            self.answered.notify_all();
        }
    }

    /// Adds a message to the answer. Gives the answer where it is whole; it is awaited until
    /// that is set to be nothing.
    pub(super) fn hear(&self, frame: &Frame) -> Option<Answer> {
        let mut awaited = self.locked();
        awaited.answer.add(frame);
        let is_whole = match (frame.kind(), awaited.until) {
            (b'Z', _) | (b'E', Until::Over(_)) => true,
            // Done, empty, or more rows to come.
            (b'C' | b'I' | b's', Until::Over(left)) => {
                awaited.until = Until::Over(left - 1);
                left == 1
            }
            _ => false,
        };
        is_whole.then(|| std::mem::take(&mut awaited.answer))
    }
}
