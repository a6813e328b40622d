//! The task of billing invoices: list those that are pending, go through them, and again,
//! until none is pending.

use std::collections::VecDeque;
use std::time::Duration;

use backon::ExponentialBackoff;
use diesel::QueryResult;

use super::backoff::delays;
use crate::db::AnyConnection;
use crate::tables::item;

/// One worker's way through the task.
pub(super) struct Task {
    pending: VecDeque<i64>,
    /// How long to wait before looking again, where the last look brought nothing to do.
    waits: ExponentialBackoff,
    listed: bool,
}

/// What to do next.
pub(super) enum Next {
    /// See to this one.
    Invoice(i64),
    /// List them again, after a while: others have those that are pending in hand.
    Wait(Duration),
    /// Nothing is pending.
    Nothing,
}

impl Task {
    pub(super) fn new() -> Self {
        Self {
            pending: VecDeque::new(),
            waits: delays(),
            listed: false,
        }
    }

    /// The next invoice of the list, which is drawn up anew when it has been gone through.
    pub(super) fn next(&mut self, connection: &mut AnyConnection) -> QueryResult<Next> {
        if let Some(invoice) = self.pending.pop_front() {
            return Ok(Next::Invoice(invoice));
        }
        let again = std::mem::replace(&mut self.listed, true);
        self.pending = item::pending(connection)?.into();
        Ok(match self.pending.front() {
            None => Next::Nothing,
            Some(_) if again => Next::Wait(self.waits.next().unwrap_or_default()),
            Some(_) => self
                .pending
                .pop_front()
                .map_or(Next::Nothing, Next::Invoice),
        })
    }

    /// Something was done: the next list is worth drawing up at once.
    pub(super) fn progressed(&mut self) {
        self.waits = delays();
    }
}
