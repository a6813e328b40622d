//! What a connection's two directions know of each other.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::super::answer::Answer;
use super::packet::Packet;
use super::prepared::Prepared;
use super::response::{Expected, SessionState};

/// What a connection's two directions know of each other.
#[derive(Debug, Default)]
pub(super) struct Link {
    awaited: Mutex<Awaited>,
    answered: Condvar,
    prepared: Mutex<Prepared>,
}

#[derive(Debug, Default)]
struct Awaited {
    /// What the server still has to answer.
    expected: Option<Expected>,
    /// Whether somebody has been told of what it answers.
    told: bool,
    state: SessionState,
    closed: bool,
}

/// What a packet of the server's is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A part of an answer.
    Part,
    /// The end of an answer that nobody is to be told of.
    End,
    /// The end of an answer.
    Answer(Answer),
    /// No answer that can be read.
    Unreadable,
}

impl Link {
    fn awaited(&self) -> MutexGuard<'_, Awaited> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is prepared.
    pub(super) fn prepared(&self) -> MutexGuard<'_, Prepared> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nothing is awaited.
    pub(super) fn wait(&self) {
        let mut awaited = self.awaited();
        while awaited.expected.is_some() && !awaited.closed {
            let waited = self.answered.wait(awaited);
            awaited = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether the server still has to answer.
    pub(super) fn is_busy(&self) -> bool {
        let awaited = self.awaited();
        awaited.expected.is_some() && !awaited.closed
    }

    /// Whether what is awaited are the steps of a login.
    pub(super) fn logs_in(&self) -> bool {
        let awaited = self.awaited();
        awaited.expected.as_ref().is_some_and(Expected::is_session)
    }

    /// An answer is awaited from now on; `told`: somebody has been told of what it answers.
    pub(super) fn expect(&self, expected: Expected, told: bool) {
        let mut awaited = self.awaited();
        (awaited.expected, awaited.told) = (Some(expected), told);
    }

    /// Adds a packet of the server's. What it ends is awaited until [`done`](Self::done).
    pub(super) fn hear(&self, packet: &Packet) -> Heard {
        let mut awaited = self.awaited();
        let Awaited {
            expected,
            told,
            state,
            ..
        } = &mut *awaited;
        let Some(expected) = expected else {
            // A server says unasked that it ends the session.
            return Heard::Part;
        };
        match expected.add(packet, state) {
            None => Heard::Unreadable,
            Some(false) => Heard::Part,
            Some(true) => {
                if let Some(answer) = &expected.prepared {
                    self.prepared().add(answer, expected.asked());
                }
                match told {
                    true => Heard::Answer(std::mem::take(&mut expected.answer)),
                    false => Heard::End,
                }
            }
        }
    }

    /// Nothing is awaited any more.
    pub(super) fn done(&self) {
        self.awaited().expected = None;
        self.answered.notify_all();
    }

    /// The server has closed the connection.
    pub(super) fn close(&self) {
        self.awaited().closed = true;
        self.answered.notify_all();
    }
}
