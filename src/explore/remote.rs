//! A session that is no code of this process's: it opens its connections itself, somebody stops it
//! before each of its statements, and what it does is heard of from outside.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::Statement;
use super::event_queue::EventQueue;
use super::inside::Inside;
use super::messages::{
    Command, ConnectionInfo, ConnectionUse, Refusal, Report, Resume, SessionEvent, Status,
};

/// How a deadlock's victim is refused: PostgreSQL's SQLSTATE, and MariaDB's number.
const DEADLOCK: [&str; 2] = ["40P01", "1213"];

/// The refusals after which MariaDB has rolled the whole transaction back.
const GONE: [&str; 2] = ["1213", "1020"];

/// A session that is driven from outside. Each of these returns at once, except for the last.
pub(crate) trait RemoteSession: Send {
    /// Whether it is a deadlock's victim whenever it closes a cycle of sessions that wait.
    fn is_victim_when_closing_cycle(&self) -> bool;

    /// What it is called by.
    fn label(&self) -> String;

    /// Whether a program has to start for its work.
    fn starts_program(&self) -> bool;

    /// Begins its work for a schedule; where it does not do that `alone`, the others begin at the
    /// same time. What it does it says through `events`, from any thread.
    fn start(&mut self, events: &EventSender, alone: bool);

    /// Lets others go on while it is quiet in its own code.
    fn let_others(&mut self);

    /// What has it go on with the statement that it was stopped before, on whatever thread.
    fn resumer(&self) -> Resume;

    /// Ends its work, if it has not ended, and returns once nothing that it held is left.
    ///
    /// # Errors
    /// It cannot be ended, in a sentence.
    fn clean_up(&mut self) -> Result<(), String>;
}

/// What became of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StatementOutcome {
    /// What it showed, in a few words.
    pub(crate) seen: String,
    /// The SQLSTATE and the first line of the error, if it was refused.
    pub(crate) refused: Option<(String, String)>,
}

/// Reports what a remote session does.
#[derive(Clone)]
pub(crate) struct EventSender {
    session: usize,
    queue: Arc<EventQueue>,
    answered: Arc<AtomicBool>,
    inside: Inside,
    report: Arc<Mutex<Report>>,
}

impl EventSender {
    pub(super) fn new(
        session: usize,
        queue: Arc<EventQueue>,
        answered: Arc<AtomicBool>,
        inside: Inside,
    ) -> Self {
        Self {
            session,
            queue,
            answered,
            inside,
            report: Arc::default(),
        }
    }

    /// Its own code is at work, which has sent no statement yet.
    pub(crate) fn at_work(&self) {
        self.answered.store(true, Relaxed);
    }

    /// Its statement is over. That is told with the next thing that it does.
    pub(crate) fn statement_finished(&self, outcome: StatementOutcome) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.finished = true;
        if !outcome.seen.is_empty() {
            report.notes.push(outcome.seen);
        }
        report.error = outcome.refused.map(|(code, message)| Refusal {
            deadlock: DEADLOCK.contains(&code.as_str()),
            transaction_gone: GONE.contains(&code.as_str()),
            code: Some(Cow::Owned(code)),
            message,
        });
        self.answered.store(true, Relaxed);
    }

    /// It is stopped before `statement`, on the connection with that number, while it is in a
    /// transaction or not. Gives whether it may go on at once: it is sure to be let go.
    pub(crate) fn stopped_before(
        &self,
        statement: Statement,
        id: i64,
        in_transaction: bool,
    ) -> bool {
        let used = Some(ConnectionUse { id, in_transaction });
        let stops_inside = self.inside.stops(&statement);
        let event = self.event(Status::Stopped(statement), used);
        // What was refused is a reason to choose anew.
        if stops_inside || event.report.error.is_some() {
            self.queue.send(event);
            return false;
        }
        let goes_on = self.queue.send_and_go_on(event);
        if goes_on {
            self.answered.store(false, Relaxed);
        }
        goes_on
    }

    /// It has ended so, and holds nothing any more.
    pub(crate) fn session_ended(&self, ending: Result<String, String>) {
        let ended = Status::Ended {
            ending,
            left_open: false,
            stays: false,
        };
        self.send(ended, None);
    }

    fn send(&self, now: Status, used: Option<ConnectionUse>) {
        self.queue.send(self.event(now, used));
    }

    fn event(&self, now: Status, used: Option<ConnectionUse>) -> SessionEvent {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        SessionEvent {
            session: self.session,
            at: Instant::now(),
            report: std::mem::take(&mut report),
            now,
            used,
            goes_on: false,
        }
    }

    /// Forgets what was not told before the schedule was over.
    fn forget(&self) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        *report = Report::default();
        self.answered.store(false, Relaxed);
    }
}

/// What is known of such a session before it has a connection.
pub(super) fn connection_info(remote: &dyn RemoteSession) -> ConnectionInfo {
    ConnectionInfo {
        id: 0,
        is_victim_when_closing_cycle: remote.is_victim_when_closing_cycle(),
        waits_at_most: None,
    }
}

/// What the thread that drives such a session does.
pub(super) fn live(
    mut remote: Box<dyn RemoteSession>,
    orders: &Receiver<Command>,
    events: &EventSender,
) {
    while let Ok(order) = orders.recv() {
        match order {
            Command::Start { alone } => {
                events.forget();
                remote.start(events, alone);
            }
            Command::LetOthers => remote.let_others(),
            // The scheduler does that itself: to have another thread do it takes longer.
            Command::Go => {}
            Command::Abort | Command::Over => {
                let cleared = remote.clean_up();
                events.forget();
                events.send(Status::Released { sure: true }, None);
                let ready = cleared.map(|()| connection_info(remote.as_ref()));
                events.send(Status::Ready(ready), None);
            }
        }
    }
    // Nobody is left to tell.
    let _ = remote.clean_up();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_sure_to_be_let_go_does_not_ask_unless_it_was_refused() {
        let queue = Arc::new(EventQueue::default());
        let answered = Arc::new(AtomicBool::new(true));
        let events = EventSender::new(
            0,
            Arc::clone(&queue),
            Arc::clone(&answered),
            Inside::Readers,
        );
        let stops_before = |sql: &str| {
            let statement = Statement {
                sql: sql.to_owned(),
                binds: Vec::new(),
            };
            events.stopped_before(statement, 7, true)
        };
        let stops = || stops_before("SELECT 1");
        assert!(!stops());
        queue.free(0, 2);
        assert!(stops());
        assert!(!answered.load(Relaxed), "it is in the database now");
        events.statement_finished(StatementOutcome {
            seen: String::new(),
            refused: Some(("40001".to_owned(), "could not serialize".to_owned())),
        });
        assert!(!stops());
        queue.free(1, 2);
        assert!(!stops(), "another is");
        queue.free(0, 2);
        assert!(!stops_before("SELECT buy(1)"), "it is stopped inside");
        let goes_on: Vec<bool> = std::iter::from_fn(|| queue.take())
            .map(|event| event.goes_on)
            .collect();
        assert_eq!(goes_on, [false, true, false, false, false]);
    }
}
