//! A session as the scheduler sees it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Sender;
use std::time::Instant;

use super::Statement;
use super::talk::Order;
use super::transaction::Transaction;

/// A session as the scheduler sees it.
pub(super) struct Actor {
    pub(super) orders: Sender<Order>,
    /// Whether its statement has been answered since it was let go.
    pub(super) answered: Arc<AtomicBool>,
    /// The database's number for it.
    pub(super) id: i64,
    pub(super) doing: Doing,
    pub(super) transaction: Transaction,
    /// When it was last let go.
    pub(super) let_go: Instant,
    /// Its last step, an index into the steps.
    pub(super) step: Option<usize>,
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
    /// Whether it has gone on already with the statement at its gate.
    pub(super) ahead: bool,
    /// Whether its thread has ended.
    pub(super) left: bool,
    /// Whether it has ever come to its gate.
    pub(super) seen: bool,
}

/// What a session is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// It has not begun, or has been let go.
    Running,
    /// It waits at its gate.
    AtGate(Statement),
    /// It waits, inside the database, for these sessions; `None` where the database does not
    /// say for whom.
    Waits(Option<Vec<usize>>),
    /// It waits for a lock in this process.
    WantsLock(String),
    /// It has ended.
    Ended(Result<String, String>),
}

impl Actor {
    pub(super) fn new(orders: Sender<Order>, id: i64, answered: Arc<AtomicBool>) -> Self {
        Self {
            orders,
            answered,
            id,
            doing: Doing::Running,
            transaction: Transaction::default(),
            let_go: Instant::now(),
            step: None,
            attempt: 1,
            fresh: true,
            refused: false,
            changes: 0,
            others_at_beginning: 0,
            ahead: false,
            left: false,
            seen: false,
        }
    }

    /// Makes it ready for the next schedule.
    pub(super) fn restart(&mut self) {
        self.doing = Doing::Running;
        self.transaction = Transaction::default();
        self.step = None;
        self.attempt = 1;
        self.fresh = true;
        self.refused = false;
        self.changes = 0;
        self.others_at_beginning = 0;
        self.ahead = false;
    }

    /// Whether it was let go and has not come back: it runs, or waits inside the database.
    pub(super) fn is_away(&self) -> bool {
        matches!(self.doing, Doing::Running | Doing::Waits(_))
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.doing, Doing::Ended(_))
    }
}
