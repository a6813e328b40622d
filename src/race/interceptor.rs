//! Stops the statements of one session between its connections and the scheduler.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connection::{BatchKind, ConnectionState};
use super::observations::Observations;
use crate::explore::{EventSender, Statement, StatementOutcome};
use crate::wire::{Answer, Batch, ConnectionId, Watcher};

/// How statements are to be stopped.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    /// Every statement is a step, and not only those that can matter to others.
    pub(super) every_statement: bool,
    /// Transactions see one state of the database throughout, unless they say otherwise.
    pub(super) keeps_snapshot: bool,
}

/// Stops the statements of one session, as the scheduler wants it.
pub(super) struct Interceptor {
    rules: Rules,
    inner: Mutex<Inner>,
    /// Notified when somebody may go on, or has to leave.
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    mode: Mode,
    connections: BTreeMap<ConnectionId, ConnectionState>,
    /// Connections that are stopped, with their statements; the first of them is reported.
    queue: VecDeque<(ConnectionId, Statement)>,
    /// Whether the first of them has been reported.
    reported: bool,
    /// Whether it may go on.
    goes: bool,
    step: Option<Step>,
    seen: Observations,
}

/// What is done with statements.
#[derive(Clone, Default)]
enum Mode {
    /// It lets everything through.
    #[default]
    PassThrough,
    /// It stops every step, and reports it here.
    Intercept(EventSender),
    /// It lets everything through, although there should be nothing more.
    Idle,
    /// It closes every connection.
    Disconnect,
}

/// A statement that was let go.
struct Step {
    connection: ConnectionId,
    /// What it has prepared and still has to run.
    to_run: Vec<String>,
}

impl Interceptor {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            inner: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets everything through.
    pub(super) fn pass_through(&self) {
        self.begin(Mode::PassThrough);
    }

    /// Stops every step, and reports it to `events`.
    pub(super) fn intercept(&self, events: EventSender) {
        self.begin(Mode::Intercept(events));
    }

    fn begin(&self, mode: Mode) {
        let mut inner = self.inner();
        inner.mode = mode;
        inner.seen = inner.seen.lasting();
        inner.queue.clear();
        (inner.reported, inner.goes) = (false, false);
        inner.step = None;
    }

    /// Lets whoever is stopped go on.
    pub(super) fn release(&self) {
        self.inner().goes = true;
        self.changed.notify_all();
    }

    /// Closes every connection; nothing is reported any more.
    pub(super) fn disconnect(&self) {
        self.inner().mode = Mode::Disconnect;
        self.changed.notify_all();
    }

    /// Lets through whatever comes while there is nothing to do, and notes what matters.
    pub(super) fn idle(&self) {
        self.inner().mode = Mode::Idle;
    }

    /// Whether a connection is in a transaction, or may hold a lock that outlasts one, and is still
    /// there after a time in which nothing was heard of it: a client may have said goodbye and the
    /// server not yet heard of it, or an application have answered before its last ROLLBACK.
    pub(super) fn holds_anything_for(&self, time: Duration) -> bool {
        let mut inner = self.inner();
        let mut deadline = Instant::now() + time;
        while inner.holds_anything() && !matches!(inner.mode, Mode::Disconnect) {
            let now = Instant::now();
            if inner.step.is_some() || !inner.queue.is_empty() {
                deadline = now + time;
            }
            if now >= deadline {
                return true;
            }
            let waited = self.changed.wait_timeout(inner, deadline - now);
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        inner.holds_anything()
    }

    /// What the session was seen to do since it began.
    pub(super) fn seen(&self) -> Observations {
        self.inner().seen.clone()
    }
}

impl Watcher for Interceptor {
    fn connected(&self, id: ConnectionId, process: i32, settings: &[(String, String)]) {
        let state = ConnectionState::new(process, self.rules.keeps_snapshot, settings);
        self.inner().connections.insert(id, state);
    }

    fn arrives(&self, id: ConnectionId, batch: &Batch) -> bool {
        let mut inner = self.inner();
        if matches!(inner.mode, Mode::Disconnect) {
            return false;
        }
        inner.seen.batches += u64::from(!batch.is_bare());
        let mut texts = batch
            .executed
            .iter()
            .map(|sql| sql.text.to_ascii_lowercase());
        inner.seen.sets_limits |= texts.any(|text| text.contains("_timeout"));
        if inner.is_part_of_its_step(id, batch) {
            return true;
        }
        let Some(state) = inner.connections.get_mut(&id) else {
            return true;
        };
        let (statement, to_run) = match state.classify(batch, self.rules.every_statement) {
            BatchKind::Passes => return true,
            BatchKind::Step(statement) => (statement, Vec::new()),
            BatchKind::Prepares(statement, names) => (statement, names),
        };
        inner.seen.steps += 1;
        inner.seen.went_on |= matches!(inner.mode, Mode::Idle);
        if matches!(inner.mode, Mode::Intercept(_)) {
            inner.queue.push_back((id, statement));
            inner.seen.at_once |= inner.step.is_some() || inner.queue.len() > 1;
            inner.report_first();
            while !matches!(inner.mode, Mode::Disconnect) && !inner.is_turn_of(id) {
                inner = self
                    .changed
                    .wait(inner)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            if matches!(inner.mode, Mode::Disconnect) {
                return false;
            }
            inner.queue.pop_front();
            (inner.reported, inner.goes) = (false, false);
        }
        inner.step = Some(Step {
            connection: id,
            to_run,
        });
        true
    }

    fn answered(&self, id: ConnectionId, answer: &Answer) {
        let mut inner = self.inner();
        if let Some(state) = inner.connections.get_mut(&id) {
            state.answered(answer);
        }
        if let Some(error) = &answer.error {
            inner.seen.refusals.push(error.code.clone());
        }
        let is_over = inner.step.as_ref().is_some_and(|step| {
            step.connection == id && (step.to_run.is_empty() || answer.error.is_some())
        });
        if is_over {
            inner.finish(StatementOutcome {
                seen: answer.in_short(),
                refused: answer
                    .error
                    .as_ref()
                    .map(|error| (error.code.clone(), error.message.clone())),
            });
        }
        self.changed.notify_all();
    }

    fn closed(&self, id: ConnectionId) {
        let mut inner = self.inner();
        inner.connections.remove(&id);
        if inner
            .step
            .as_ref()
            .is_some_and(|step| step.connection == id)
        {
            inner.step = None;
            inner.report_first();
        }
        self.changed.notify_all();
    }

    fn wants_encryption(&self) {
        self.inner().seen.wants_encryption = true;
    }
}

impl Inner {
    fn holds_anything(&self) -> bool {
        let mut connections = self.connections.values();
        self.step.is_some() || connections.any(ConnectionState::holds_anything)
    }

    /// Whether a batch belongs to the step that its connection is at: it runs what that has
    /// prepared, or is the Sync behind it. One that does neither ends the step.
    fn is_part_of_its_step(&mut self, id: ConnectionId, batch: &Batch) -> bool {
        let Some(step) = self.step.as_mut().filter(|step| step.connection == id) else {
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

    fn finish(&mut self, outcome: StatementOutcome) {
        self.step = None;
        if let Mode::Intercept(events) = &self.mode {
            events.statement_finished(outcome);
        }
        self.report_first();
    }

    /// Reports whoever was stopped first, once the step before is over.
    fn report_first(&mut self) {
        let Mode::Intercept(events) = &self.mode else {
            return;
        };
        let Some((id, statement)) = self.queue.front().filter(|_| self.step.is_none()) else {
            return;
        };
        if std::mem::replace(&mut self.reported, true) {
            return;
        }
        let process = self.connections.get(id).map_or(0, |state| state.process);
        let in_transaction = self
            .connections
            .values()
            .any(ConnectionState::is_in_transaction);
        events.stopped_before(statement.clone(), process.into(), in_transaction);
    }

    fn is_turn_of(&self, id: ConnectionId) -> bool {
        self.goes && self.queue.front().is_some_and(|(first, _)| *first == id)
    }
}
