use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::inside::Gate;
use super::messages::{Command, ConnectionInfo, ConnectionUse, Resume};
use super::strictness::Strictness;
use super::transaction::Transaction;
use super::{Statement, Step};

/// A session as the scheduler sees it.
pub(super) struct Participant {
    pub(super) orders: Sender<Command>,
    /// What has it go on; `None`: an order does.
    resume: Option<Resume>,
    /// Whether its statement has been answered since it was let go.
    pub(super) answered: Arc<AtomicBool>,
    /// What is known of its connection.
    pub(super) connection_info: ConnectionInfo,
    /// The database's numbers for the connections that it has used in this schedule, beside that
    /// of its introduction.
    ids: Vec<i64>,
    pub(super) connection: ConnectionStatus,
    pub(super) activity: Activity,
    pub(super) transaction: Transaction,
    /// When it was last let go.
    pub(super) resumed_at: Instant,
    /// Since when, at least, its own code has been at work.
    pub(super) thinks_since: Option<Instant>,
    /// Since when it has been quiet, where that was for too long.
    pub(super) quiet_since: Option<Instant>,
    /// What it is called by where to begin is a step, as it is for a session that is driven from
    /// outside.
    pub(super) label: Option<String>,
    /// Whether that is its present step.
    pub(super) begins: bool,
    /// Whether a program has to start for it.
    pub(super) starts_program: bool,
    /// Its last step, an index into the steps.
    pub(super) step: Option<usize>,
    /// How its last statement was refused: the code, or the error's first line.
    pub(super) refusal: Option<String>,
    /// Attempts at its work, the present one included.
    pub(super) attempt: u32,
    /// Whether its present attempt is still to begin.
    pub(super) fresh: bool,
    /// Whether its last attempt was refused, and the present one is still to begin.
    pub(super) refused: bool,
    /// What it has committed, in this schedule.
    pub(super) changes: u64,
    /// What the others had committed when its present attempt began.
    pub(super) others_at_beginning: u64,
    /// When it went on with the statement that it was stopped before, where it did so without being
    /// let go.
    pub(super) ahead: Option<Instant>,
    /// What stops it inside its statement.
    pub(super) gate: Option<Gate>,
    /// Whether it has ended with its transaction open.
    pub(super) left_open: bool,
    /// Whether it has ever been stopped before a statement.
    pub(super) seen: bool,
}

/// How new a session's connection is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ConnectionStatus {
    /// Nothing of a schedule before is left on it.
    New,
    /// The present schedule is still to be cleared away.
    Used,
    /// It is closed, and the next one is being made.
    Released,
}

/// What a session is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    /// It has not begun, or has been let go.
    Running,
    /// It is stopped before this statement.
    Stopped(Statement),
    /// It waits, inside the database, for these sessions; `None` where the database does not
    /// say for whom.
    Waits(Option<Vec<usize>>),
    /// It waits for a lock in this process.
    WantsLock(String),
    /// It has been quiet in its own code for so long that it is taken to wait for another there.
    Quiet,
    /// It has ended.
    Ended(Result<String, String>),
}

impl Participant {
    pub(super) fn new(
        orders: Sender<Command>,
        resume: Option<Resume>,
        connection_info: ConnectionInfo,
        answered: Arc<AtomicBool>,
    ) -> Self {
        Self {
            orders,
            resume,
            answered,
            connection_info,
            ids: Vec::new(),
            connection: ConnectionStatus::New,
            activity: Activity::Running,
            transaction: Transaction::default(),
            resumed_at: Instant::now(),
            thinks_since: None,
            quiet_since: None,
            label: None,
            begins: false,
            starts_program: false,
            step: None,
            refusal: None,
            attempt: 1,
            fresh: true,
            refused: false,
            changes: 0,
            others_at_beginning: 0,
            ahead: None,
            gate: None,
            left_open: false,
            seen: false,
        }
    }

    /// Makes it ready for the next schedule.
    pub(super) fn restart(&mut self) {
        self.activity = Activity::Running;
        self.ids.clear();
        self.transaction = Transaction::default();
        self.step = None;
        self.thinks_since = None;
        self.quiet_since = None;
        self.begins = false;
        self.refusal = None;
        self.attempt = 1;
        self.fresh = true;
        self.refused = false;
        self.changes = 0;
        self.others_at_beginning = 0;
        self.ahead = None;
        self.left_open = false;
        self.connection = ConnectionStatus::Used;
    }

    /// Has it go on with what it was stopped before.
    pub(super) fn go_on(&self) {
        match &self.resume {
            Some(resume) => resume(),
            // A thread that is gone is noticed when nothing moves.
            None => drop(self.orders.send(Command::Go)),
        }
    }

    /// The statement of which that is a part, where it is stopped inside.
    pub(super) fn goes_on_with<'a>(&'a self, stopped: &'a Statement) -> &'a Statement {
        let gate = self.gate.as_ref().filter(|gate| gate.holds);
        gate.map_or(stopped, |gate| &gate.statement)
    }

    /// The statement of which that step, the one that it is at, is a part.
    pub(super) fn whole(&self, step: &Step) -> Statement {
        let gate = self.gate.as_ref();
        gate.map_or_else(|| step.as_sent(), |gate| gate.statement.clone())
    }

    /// Takes note of the connection that it uses now, with transactions that the database is no
    /// stricter with.
    pub(super) fn uses(&mut self, used: ConnectionUse, strictness: Strictness) {
        self.connection_info.id = used.id;
        self.ids.push(used.id);
        self.transaction.is_told(used.in_transaction, strictness);
    }

    /// Takes note that another uses the connection of that number now: they have one pool.
    pub(super) fn leaves(&mut self, id: i64) {
        self.ids.retain(|own| *own != id);
        if self.connection_info.id == id {
            self.connection_info.id = 0;
        }
    }

    /// Whether a connection of that number is one of its own. 0 is none: PostgreSQL names it where a
    /// prepared transaction is in the way, and a session has it that has not connected yet.
    pub(super) fn has(&self, id: i64) -> bool {
        id != 0 && (self.connection_info.id == id || self.ids.contains(&id))
    }

    /// Whether it was let go and has not come back: it runs, or waits inside the database.
    pub(super) fn is_away(&self) -> bool {
        matches!(self.activity, Activity::Running | Activity::Waits(_))
    }

    /// Whether it runs, and the database has answered whatever it was let go with.
    pub(super) fn is_in_its_own_code(&self) -> bool {
        self.thinks() || self.activity == Activity::Running && self.step.is_none()
    }

    /// Whether its own code is known to be at work.
    pub(super) fn thinks(&self) -> bool {
        self.activity == Activity::Running && self.answered.load(Relaxed)
    }

    /// How long it waits for a lock before it gives up; `None`: for ever.
    pub(super) fn waits_at_most(&self) -> Option<Duration> {
        self.connection_info.waits_at_most
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.activity, Activity::Ended(_))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn nobody_has_the_connection_of_a_prepared_transaction() {
        let info = ConnectionInfo {
            id: 0,
            is_victim_when_closing_cycle: true,
            waits_at_most: None,
        };
        let mut session = Participant::new(channel().0, None, info, Arc::default());
        assert!(!session.has(0), "it has not connected yet");
        let used = ConnectionUse {
            id: 7,
            in_transaction: false,
        };
        session.uses(used, Strictness::Statement);
        assert!(session.has(7) && !session.has(0));
        session.leaves(7);
        assert!(!session.has(7) && !session.has(0));
    }
}
