//! Stops a session before each statement, until it is let go.
//!
//! An interceptor belongs to the session's thread, and diesel's instrumentation leads to it. It is
//! inactive, and nobody notices it, while the session is not being explored: what readies a
//! connection is no step.

use std::borrow::Cow;
use std::cell::RefCell;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Receiver;
use std::time::Instant;

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::result::Error;

use super::Statement;
use super::atomicity::leaves_traces;
use super::event_queue::EventQueue;
use super::inside::Inside;
use super::messages::{Command, Refusal, Report, SessionEvent, Status};
use super::verb::is_in_transaction;
use crate::db::{Backend, conflict};

thread_local! {
    static INTERCEPTOR: RefCell<Option<Interceptor>> = const { RefCell::new(None) };
}

/// What unwinds a session that is told to leave.
pub(super) struct Aborted;

/// What stops a session, on the session's own thread.
pub(super) struct Interceptor {
    session: usize,
    backend: Backend,
    inside: Inside,
    queue: Arc<EventQueue>,
    orders: Receiver<Command>,
    /// Set as soon as the database has answered, for whoever wonders what a session is doing.
    answered: Arc<AtomicBool>,
    report: Report,
    active: bool,
    /// What the session leaves behind, as far as its statements tell.
    left: Leftovers,
}

/// What a session leaves behind on its connection, as far as its statements tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Leftovers {
    /// It has said BEGIN, and neither COMMIT nor ROLLBACK since.
    pub(super) in_transaction: bool,
    /// It has sent something that may change more than tables.
    pub(super) traces: bool,
}

impl Interceptor {
    /// One for the session with that number, on that kind of database, of whose statements those are
    /// stopped inside, too.
    pub(super) fn new(
        session: usize,
        backend: Backend,
        inside: Inside,
        queue: Arc<EventQueue>,
        orders: Receiver<Command>,
        answered: Arc<AtomicBool>,
    ) -> Self {
        Self {
            session,
            backend,
            inside,
            queue,
            orders,
            answered,
            report: Report::default(),
            active: false,
            left: Leftovers::default(),
        }
    }

    /// Makes it the interceptor of this thread.
    pub(super) fn install(self) {
        INTERCEPTOR.with_borrow_mut(|slot| *slot = Some(self));
    }

    fn event(&mut self, now: Status) -> SessionEvent {
        SessionEvent {
            session: self.session,
            at: Instant::now(),
            report: std::mem::take(&mut self.report),
            now,
            used: None,
            goes_on: false,
        }
    }

    fn tell(&mut self, now: Status) {
        let event = self.event(now);
        self.queue.send(event);
    }

    /// Stops before a statement, and does not return until it may be sent.
    fn stop_before(&mut self, statement: Statement) {
        // What was refused, and what begins again, is a reason to choose anew; and whoever is to be
        // stopped inside must not be there before its gate is closed.
        let goes_well = self.report.error.is_none() && !self.report.begins_again;
        let must_wait = !goes_well || self.inside.stops(&statement);
        let event = self.event(Status::Stopped(statement));
        if must_wait {
            self.queue.send(event);
        } else if self.queue.send_and_go_on(event) {
            self.answered.store(false, Relaxed);
            return;
        }
        self.wait();
    }

    /// Waits to be let go; does not return when told to leave.
    fn wait(&mut self) {
        if self.orders.recv() != Ok(Command::Go) {
            self.active = false;
            resume_unwind(Box::new(Aborted));
        }
    }
}

/// Waits for the order to begin; `false` when there is no more to do.
pub(super) fn wait_for_start() -> bool {
    let order = with_interceptor(|interceptor| interceptor.orders.recv().ok()).flatten();
    match order {
        Some(Command::Start { .. }) => true,
        // An order that was meant for a session which had ended by itself.
        Some(Command::Go | Command::LetOthers | Command::Abort | Command::Over) => wait_for_start(),
        None => false,
    }
}

/// Waits until the schedule is over; `false` when there is no more to do.
pub(super) fn wait_for_the_end() -> bool {
    let order = with_interceptor(|interceptor| interceptor.orders.recv().ok()).flatten();
    match order {
        Some(Command::Abort | Command::Over) => true,
        Some(Command::Go | Command::LetOthers | Command::Start { .. }) => wait_for_the_end(),
        None => false,
    }
}

/// Stops every statement from now on.
pub(super) fn activate() {
    with_interceptor(|interceptor| {
        interceptor.report = Report::default();
        interceptor.active = true;
    });
}

/// Lets everything through again. Gives what the session has left behind.
pub(super) fn deactivate() -> Leftovers {
    with_interceptor(|interceptor| {
        interceptor.active = false;
        std::mem::take(&mut interceptor.left)
    })
    .unwrap_or_default()
}

/// Tells what the session does now.
pub(super) fn tell(now: Status) {
    with_interceptor(|interceptor| interceptor.tell(now));
}

/// Says, from within a session, what its last statement showed: "stock = 1". The timeline has
/// it beside the statement. Outside an exploration it does nothing.
pub fn note(text: impl Into<String>) {
    with_active(|interceptor| interceptor.report.notes.push(text.into()));
}

/// Says, from within a session, that its work was refused and rolled back, and now begins
/// again from the start. It is then let go on only once another session has committed
/// something since the refused attempt began, or ended: before that it would be refused for
/// the same reason, again and again. Outside an exploration it does nothing.
pub fn begin_again() {
    with_active(|interceptor| interceptor.report.begins_again = true);
}

/// Says, from within a session, that it now does something outside the database: a step of its
/// own, which is let go on when its turn comes. Outside an exploration it does nothing.
pub fn act(what: &str) {
    with_active(|interceptor| {
        interceptor.stop_before(Statement {
            sql: format!("-- {what}"),
            binds: Vec::new(),
        });
    });
}

/// Takes a lock of this process's by `try_lock`, in sight of the scheduler: the asking is a
/// step of its own, and waiting is seen as waiting. Outside an exploration it gives `None` at
/// once, and the caller waits in its own way.
pub fn take_lock<T>(name: &str, mut try_lock: impl FnMut() -> Option<T>) -> Option<T> {
    let asked = with_active(|interceptor| {
        interceptor.stop_before(Statement {
            sql: format!("-- lock {name}"),
            binds: Vec::new(),
        });
    });
    asked?;
    loop {
        if let Some(lock) = try_lock() {
            with_active(|interceptor| {
                interceptor.report.finished = true;
                interceptor.report.locks.push((name.to_owned(), true));
            });
            return Some(lock);
        }
        with_active(|interceptor| {
            interceptor.tell(Status::WantsLock(name.to_owned()));
            interceptor.wait();
        })?;
    }
}

/// Says that a lock of this process's was given back: whoever waits for it tries again.
pub fn gave_lock_back(name: &str) {
    with_active(|interceptor| interceptor.report.locks.push((name.to_owned(), false)));
}

/// Leads from a connection to the interceptor of the thread that uses it.
pub(super) struct InterceptQueries;

impl Instrumentation for InterceptQueries {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        with_active(|interceptor| match event {
            // BEGIN, COMMIT and ROLLBACK come as queries, too.
            InstrumentationEvent::StartQuery { query, .. } => {
                let statement = Statement::of(&query.to_string());
                if is_setting(&statement) {
                    interceptor.left.traces = true;
                } else {
                    interceptor.left.in_transaction =
                        is_in_transaction(&statement, interceptor.left.in_transaction);
                    interceptor.left.traces |= leaves_traces(&statement);
                    interceptor.stop_before(statement);
                }
            }
            InstrumentationEvent::FinishQuery { error, .. } => {
                interceptor.report.finished = true;
                interceptor.answered.store(true, Relaxed);
                interceptor.report.error = error.map(|error| refusal(interceptor.backend, error));
            }
            _ => {}
        });
    }
}

/// SQLite's settings belong to the connection and touch no data: they are no steps.
fn is_setting(statement: &Statement) -> bool {
    statement.sql.starts_with("PRAGMA busy_timeout")
        || statement.sql.contains("pragma_busy_timeout")
}

fn refusal(backend: Backend, error: &Error) -> Refusal {
    let known = conflict::refusal(backend, error);
    let message = error.to_string();
    Refusal {
        code: known
            .map(|known| known.code)
            .filter(|code| !code.is_empty())
            .or_else(|| conflict::violation(backend, error))
            .map(Cow::Borrowed),
        message: message.lines().next().unwrap_or_default().to_owned(),
        deadlock: known.is_some_and(|known| known.conflict == conflict::Conflict::Deadlock),
        transaction_gone: known.is_some_and(|known| known.aftermath == conflict::Aftermath::Gone),
    }
}

fn with_interceptor<T>(work: impl FnOnce(&mut Interceptor) -> T) -> Option<T> {
    INTERCEPTOR.with_borrow_mut(|interceptor| interceptor.as_mut().map(work))
}

/// Does `work` where the session is being explored.
fn with_active<T>(work: impl FnOnce(&mut Interceptor) -> T) -> Option<T> {
    INTERCEPTOR.with(|interceptor| {
        // Borrowed while it waits: whoever asks meanwhile is this thread, unwinding.
        let mut interceptor = interceptor.try_borrow_mut().ok()?;
        interceptor
            .as_mut()
            .filter(|interceptor| interceptor.active)
            .map(work)
    })
}
