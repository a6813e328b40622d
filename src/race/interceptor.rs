//! Stops the statements of one session, and its calls to the outside, between the program and the
//! scheduler.

mod calls;
mod state;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub(super) use self::state::Passage;
use self::state::{Mode, Origin, State, Step};
use super::connection::{BatchKind, ConnectionState};
use super::dialect::Dialect;
use super::observations::Observations;
use super::turns::Turns;
use crate::explore::{EventSender, StatementOutcome};
use crate::wire::{Answer, Batch, ConnectionId, Watcher};

/// How statements are to be stopped.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    /// Every statement is a step, and not only those that can matter to others.
    pub(super) every_statement: bool,
    /// Transactions see one state of the database throughout, unless they say otherwise.
    pub(super) keeps_snapshot: bool,
    /// The language that they are in.
    pub(super) dialect: Dialect,
}

/// Stops the statements of one session, as the scheduler wants it.
pub(super) struct Interceptor {
    rules: Rules,
    state: Mutex<State>,
    /// Notified when somebody may go on, or has to leave.
    changed: Condvar,
    /// Where one application serves all sessions: who has its turn in it, and the session's number.
    turn: Option<(Arc<Turns>, usize)>,
}

impl Interceptor {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            state: Mutex::default(),
            changed: Condvar::new(),
            turn: None,
        }
    }

    /// The same for the session of that number, from 0, which shares its application with others.
    pub(super) fn taking_turns(rules: Rules, turns: Arc<Turns>, session: usize) -> Self {
        Self {
            turn: Some((turns, session)),
            ..Self::new(rules)
        }
    }

    /// The session does nothing until it is let go, or answered.
    fn give_turn_back(&self) {
        if let Some((turns, session)) = &self.turn {
            turns.give_back(*session);
        }
    }

    /// The session is quiet: others may have their turn, and it may come back at any time.
    pub(super) fn let_others(&self) {
        if let Some((turns, session)) = &self.turn {
            turns.let_others(*session);
        }
    }

    /// `origin` is answered: if that ends the session's step, it is about to go on in its own code.
    fn take_turn_after(&self, origin: Origin) {
        if let Some((turns, session)) = &self.turn
            && self.state().is_at_step_of(origin)
        {
            turns.take(*session);
        }
    }

    /// Whether a connection stays with the session: it has a transaction, or a step, on it.
    pub(super) fn needs(&self, id: ConnectionId) -> bool {
        self.state().needs(id)
    }

    /// Gives a connection away.
    pub(super) fn give(&self, id: ConnectionId) -> Option<ConnectionState> {
        self.state().connections.remove(&id)
    }

    /// Takes a connection that another has given away.
    pub(super) fn receive(&self, id: ConnectionId, connection: ConnectionState) {
        self.state().connections.insert(id, connection);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets everything through while a program gets ready: what it calls is no doing of its.
    pub(super) fn get_ready(&self) {
        self.begin(Mode::GetReady);
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
        self.state().begin(mode);
        self.changed.notify_all();
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let waited = self.changed.wait(state);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever was stopped, and may go on without being let go, is not to wait any longer.
    fn wake_whoever_goes(&self, state: &State) {
        if state.goes {
            self.changed.notify_all();
        }
    }

    /// Lets whoever is stopped go on.
    pub(super) fn release(&self) {
        self.state().goes = true;
        self.changed.notify_all();
    }

    /// Closes every connection; nothing is reported any more.
    pub(super) fn disconnect(&self) {
        self.state().mode = Mode::Disconnect;
        self.changed.notify_all();
    }

    /// Lets through whatever comes while there is nothing to do, and notes what matters.
    pub(super) fn idle(&self) {
        let mut state = self.state();
        // Whoever is stopped has not waited for the end.
        state.seen.went_on |= !state.queue.is_empty();
        state.mode = Mode::Idle;
    }

    /// Whether a connection is in a transaction, or may hold a lock that outlasts one, and is still
    /// there after a time in which nothing was heard of it: a client may have said goodbye and the
    /// server not yet heard of it, or an application have answered before its last ROLLBACK.
    pub(super) fn holds_anything_for(&self, time: Duration) -> bool {
        let mut state = self.state();
        let mut deadline = Instant::now() + time;
        while state.holds_anything() && !state.is_disconnecting() {
            let now = Instant::now();
            if state.step.is_some() || !state.queue.is_empty() {
                deadline = now + time;
            }
            if now >= deadline {
                return true;
            }
            let waited = self.changed.wait_timeout(state, deadline - now);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.holds_anything()
    }

    /// What the session was seen to do since it began.
    pub(super) fn seen(&self) -> Observations {
        self.state().seen.clone()
    }
}

impl Watcher for Interceptor {
    fn connected(&self, id: ConnectionId, process: i32, settings: &[(String, String)]) {
        let connection = ConnectionState::new(
            process,
            self.rules.keeps_snapshot,
            self.rules.dialect,
            settings,
        );
        self.state().connections.insert(id, connection);
    }

    fn arrives(&self, id: ConnectionId, batch: &Batch) -> bool {
        let mut state = self.state();
        if state.is_disconnecting() {
            return false;
        }
        state.seen.batches += u64::from(!batch.is_bare());
        for sql in &batch.executed {
            let text = sql.text.to_ascii_lowercase();
            state.seen.sets_limits |= text.contains("_timeout");
            let mut values = sql.values.iter().map(|value| value.to_ascii_lowercase());
            state.seen.reads_uncommitted |=
                text.contains("uncommitted") || values.any(|value| value.contains("uncommitted"));
        }
        if state.is_part_of_its_step(id, batch) {
            return true;
        }
        self.wake_whoever_goes(&state);
        let Some(connection) = state.connections.get_mut(&id) else {
            return true;
        };
        let (statement, to_run) = match connection.classify(batch, self.rules.every_statement) {
            BatchKind::Passes => return true,
            BatchKind::Step(statement) => (statement, Vec::new()),
            BatchKind::Prepares(statement, names) => (statement, names),
        };
        let keeps_lock = connection.may_hold_lock();
        state.seen.keeps_locks |= keeps_lock;
        let origin = Origin::Connection(id);
        state.seen.steps += 1;
        state.seen.went_on |= matches!(state.mode, Mode::Idle);
        if matches!(state.mode, Mode::Intercept(_)) {
            state.stop(origin, statement);
            self.give_turn_back();
            while !state.is_disconnecting() && !state.is_turn_of(origin) {
                state = self.wait(state);
            }
            if state.is_disconnecting() {
                return false;
            }
            state.let_first_go();
        }
        state.step = Some(Step { origin, to_run });
        true
    }

    fn answered(&self, id: ConnectionId, answer: &Answer) {
        self.take_turn_after(Origin::Connection(id));
        let mut state = self.state();
        if let Some(connection) = state.connections.get_mut(&id) {
            connection.answered(answer);
        }
        if let Some(error) = &answer.error {
            state.seen.refusals.push(error.code.clone());
        }
        let is_over = state.step.as_ref().is_some_and(|step| {
            step.origin == Origin::Connection(id)
                && (step.to_run.is_empty() || answer.error.is_some())
        });
        if is_over {
            state.finish(StatementOutcome {
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
        let mut state = self.state();
        state.connections.remove(&id);
        if state.is_at_step_of(Origin::Connection(id)) {
            state.step = None;
            state.report_first();
        }
        self.changed.notify_all();
    }

    fn wants_encryption(&self) {
        self.state().seen.wants_encryption = true;
    }
}
