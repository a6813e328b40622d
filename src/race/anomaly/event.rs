//! Something that a session has done to rows of a table, and when.

use super::fact::{Deed, Place};
use super::touch::{How, Touch};
use crate::explore::Step;

/// A moment of the schedule: even ones are steps, and behind each is what it lets go on.
pub(super) type Moment = usize;

/// Something that a session has done to rows of a table.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) session: usize,
    /// The step, from 1.
    pub(super) step: usize,
    pub(super) touch: Touch,
    /// When the statement was sent, and when it was done: later where it had to wait.
    pub(super) sent: Moment,
    pub(super) done: Moment,
    /// The first and the last moment at which what it reads may have been decided: a transaction
    /// may see the database as it was at its first statement.
    pub(super) looked: (Moment, Moment),
    /// The first and the last moment from which others may have seen what it writes.
    pub(super) visible: (Moment, Moment),
    /// Whether a read has found no row.
    pub(super) found_nothing: bool,
}

impl Event {
    /// Learns which row was read from the answer.
    pub(super) fn see(&mut self, result: &str) {
        let Some(read) = self.touch.read() else {
            return;
        };
        let values: Vec<&str> = result.split(", ").collect();
        let is_row = !self.found_nothing && values.len() == read.shown.len();
        // It may be a number of rows.
        if is_row && !result.ends_with(" rows") && !result.ends_with(" row") {
            let seen: Vec<_> = read.shown.iter().cloned().zip(values).collect();
            for (column, value) in seen {
                let value = value.to_owned();
                self.touch.rows.seen.insert(column, value);
            }
        }
    }

    /// Whether the statement had to wait for another.
    pub(super) fn waited(&self) -> bool {
        self.done > self.sent
    }

    pub(super) fn place(&self, steps: &[Step]) -> Place {
        place(
            steps,
            self.step,
            match &self.touch.how {
                How::Read(_) => Deed::Read,
                How::Insert => Deed::Insert,
                How::Update(_) => Deed::Update,
                How::Delete => Deed::Delete,
            },
        )
    }
}

/// A statement of the schedule, by its step.
pub(super) fn place(steps: &[Step], step: usize, does: Deed) -> Place {
    let found = steps.get(step - 1);
    Place {
        session: found.map_or(0, |it| it.session),
        step,
        sql: found.map(|it| it.as_sent().in_short()).unwrap_or_default(),
        does,
    }
}
