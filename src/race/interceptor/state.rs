//! What an interceptor knows of its session, and who of it is stopped.

use std::collections::{BTreeMap, VecDeque};

use crate::explore::{EventSender, Statement, StatementOutcome};
use crate::race::connection::ConnectionState;
use crate::race::observations::Observations;
use crate::wire::{Batch, ConnectionId};

/// What an interceptor knows.
#[derive(Default)]
pub(super) struct State {
    pub(super) mode: Mode,
    pub(super) connections: BTreeMap<ConnectionId, ConnectionState>,
    /// Whoever is stopped, each with what it is about to do; the first of them is reported.
    pub(super) queue: VecDeque<(Origin, Statement)>,
    /// Whether the first of them has been reported.
    reported: bool,
    /// Whether it may go on.
    pub(super) goes: bool,
    pub(super) step: Option<Step>,
    /// The last of the calls to the outside, counted from 1.
    pub(super) calls: u64,
    pub(super) seen: Observations,
}

/// What is done with statements.
#[derive(Clone, Default)]
pub(super) enum Mode {
    /// It lets everything through that a program sends before its work.
    #[default]
    GetReady,
    /// It lets everything through.
    PassThrough,
    /// It stops every step, and reports it here.
    Intercept(EventSender),
    /// It lets everything through, although there should be nothing more.
    Idle,
    /// It closes every connection.
    Disconnect,
}

/// Where a step comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A connection to the database.
    Connection(ConnectionId),
    /// A call to the outside.
    Call(u64),
}

/// What is to become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::race) enum Passage {
    /// It is a doing of the program's, and over once that has been told by this number.
    Counts(u64),
    /// It was made while the program had nothing to do: nobody is to see it.
    Passes,
    /// Its session is over.
    TooLate,
}

/// A statement that was let go, or a call.
pub(super) struct Step {
    pub(super) origin: Origin,
    /// What it has prepared and still has to run.
    pub(super) to_run: Vec<String>,
}

impl Step {
    /// One that has prepared nothing.
    pub(super) fn of(origin: Origin) -> Self {
        Self {
            origin,
            to_run: Vec::new(),
        }
    }
}

impl State {
    /// Forgets who was stopped: what comes now is done with as `mode` says.
    pub(super) fn begin(&mut self, mode: Mode) {
        self.mode = mode;
        self.seen = self.seen.lasting();
        self.queue.clear();
        (self.reported, self.goes) = (false, false);
        self.step = None;
    }

    pub(super) fn is_disconnecting(&self) -> bool {
        matches!(self.mode, Mode::Disconnect)
    }

    pub(super) fn holds_anything(&self) -> bool {
        let mut connections = self.connections.values();
        self.step.is_some() || connections.any(ConnectionState::holds_anything)
    }

    /// Whether the step that is under way is one of `origin`'s.
    pub(super) fn is_at_step_of(&self, origin: Origin) -> bool {
        self.step.as_ref().is_some_and(|step| step.origin == origin)
    }

    /// Whether a connection has a transaction, or a step, on it.
    pub(super) fn needs(&self, id: ConnectionId) -> bool {
        let connection = self.connections.get(&id);
        connection.is_some_and(ConnectionState::is_in_transaction)
            || self.is_at_step_of(Origin::Connection(id))
    }

    /// Adds one that is stopped.
    pub(super) fn stop(&mut self, origin: Origin, statement: Statement) {
        self.queue.push_back((origin, statement));
        self.seen.at_once |= self.step.is_some() || self.queue.len() > 1;
        self.report_first();
    }

    /// Whether that one is stopped.
    pub(super) fn has_stopped(&self, origin: Origin) -> bool {
        self.queue.iter().any(|(stopped, _)| *stopped == origin)
    }

    /// Whether one that was stopped may go on.
    pub(super) fn is_turn_of(&self, origin: Origin) -> bool {
        self.goes
            && self
                .queue
                .front()
                .is_some_and(|(first, _)| *first == origin)
    }

    /// Takes the first of those that are stopped from the queue: it goes on.
    pub(super) fn let_first_go(&mut self) {
        self.queue.pop_front();
        (self.reported, self.goes) = (false, false);
    }

    /// Whether a batch belongs to the step that its connection is at: it runs what that has
    /// prepared, or is the Sync behind it. One that does neither ends the step.
    pub(super) fn is_part_of_its_step(&mut self, id: ConnectionId, batch: &Batch) -> bool {
        let own = Origin::Connection(id);
        let Some(step) = self.step.as_mut().filter(|step| step.origin == own) else {
            return false;
        };
        if batch.is_bare() || step.to_run.is_empty() {
            return batch.is_bare();
        }
        let runs = |sql: &crate::wire::Sql| step.to_run.contains(&sql.text);
        if batch.prepared.is_empty() && batch.executed.iter().any(runs) {
            step.to_run.clear();
            return true;
        }
        self.finish(StatementOutcome::default());
        false
    }

    /// The step is over, and the next may be reported.
    pub(super) fn finish(&mut self, outcome: StatementOutcome) {
        self.step = None;
        if let Mode::Intercept(events) = &self.mode {
            events.statement_finished(outcome);
        }
        self.report_first();
    }

    /// Reports whoever was stopped first, once the step before is over.
    pub(super) fn report_first(&mut self) {
        let Mode::Intercept(events) = &self.mode else {
            return;
        };
        let Some((origin, statement)) = self.queue.front().filter(|_| self.step.is_none()) else {
            return;
        };
        if std::mem::replace(&mut self.reported, true) {
            return;
        }
        let mut connections = self.connections.values();
        let in_transaction = connections.find(|state| state.is_in_transaction());
        let used = match origin {
            Origin::Connection(id) => self.connections.get(id),
            // It holds what the session's transaction holds.
            Origin::Call(_) => in_transaction,
        };
        let process = used.map_or(0, |state| state.process);
        let is_in_transaction =
            in_transaction.is_some() || used.is_some_and(ConnectionState::runs_in_transaction);
        self.goes = events.stopped_before(statement.clone(), process.into(), is_in_transaction);
    }
}
