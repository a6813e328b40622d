//! What came of changes that were tried, in the shape of their JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::model::verdict::Verdict;

/// A change to what the sessions send, or to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CureName {
    /// The UPDATE changes by a difference.
    RelativeUpdate,
    /// The UPDATE changes by a difference, and only where enough is left.
    ConditionalUpdate,
    /// The UPDATE writes only where the row is as it was read: compare and set, optimistic locking.
    CompareAndSet,
    /// The SELECT locks what it reads, and lets those through who insert rows that name it.
    ForNoKeyUpdate,
    /// The SELECT locks what it reads.
    ForUpdate,
    /// The SELECT inside the statement locks what it reads, and leaves out what is locked.
    SkipLocked,
    /// An INSERT does nothing where the row is there, which a unique index tells.
    OnConflict,
    /// A unique index refuses the second row.
    UniqueIndex,
    /// A CHECK constraint refuses what is below zero.
    CheckConstraint,
    /// A lock on a name, taken first.
    AdvisoryLock,
    /// Repeatable read, the refused session run again.
    RepeatableReadWithRetry,
    /// Serializable, the refused session run again.
    SerializableWithRetry,
    /// Repeatable read.
    RepeatableRead,
    /// Serializable.
    Serializable,
    /// The SELECT locks what it reads against changes, together with others.
    ForShare,
    /// A transaction around it all, and nothing else.
    Transaction,
}

impl fmt::Display for CureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RelativeUpdate => "relative UPDATE",
            Self::ConditionalUpdate => "conditional UPDATE",
            Self::CompareAndSet => "compare-and-set",
            Self::ForNoKeyUpdate => "FOR NO KEY UPDATE",
            Self::ForUpdate => "FOR UPDATE",
            Self::SkipLocked => "FOR UPDATE SKIP LOCKED",
            Self::OnConflict => "ON CONFLICT DO NOTHING",
            Self::UniqueIndex => "unique index",
            Self::CheckConstraint => "CHECK constraint",
            Self::AdvisoryLock => "advisory lock",
            Self::RepeatableReadWithRetry => "repeatable read, retried",
            Self::SerializableWithRetry => "serializable, retried",
            Self::RepeatableRead => "repeatable read",
            Self::Serializable => "serializable",
            Self::ForShare => "FOR SHARE",
            Self::Transaction => "BEGIN … COMMIT alone",
        })
    }
}

impl CureName {
    /// Whether a session may be refused for another's sake, and has to be run again by the program.
    pub fn needs_retry(self) -> bool {
        matches!(
            self,
            Self::CompareAndSet
                | Self::RepeatableRead
                | Self::Serializable
                | Self::RepeatableReadWithRetry
                | Self::SerializableWithRetry
        )
    }

    /// Statements that are sent more than without it.
    pub fn more_round_trips(self) -> u64 {
        u64::from(self == Self::AdvisoryLock)
    }
}

/// A statement, and what it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Rewritten {
    /// As the program sends it.
    pub before: String,
    /// As it is to be.
    pub after: String,
}

/// A change that was tried in all schedules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TriedCure {
    /// What was changed.
    pub name: CureName,
    /// The statements that it changes, each of those that the witness has.
    pub statements: Vec<Rewritten>,
    /// What it changes in the database, as SQL.
    pub database: Option<String>,
    /// Whether a transaction is put around each session with it, which had none.
    pub in_transaction: bool,
    /// Statements that each session sends more than without it.
    pub more_round_trips: u64,
    /// Statements from the first that locks to the COMMIT, both included; `null` where nothing is
    /// locked longer than it was.
    pub locked_for: Option<usize>,
    /// Whether the program has to run a refused session again.
    pub needs_retry: bool,
    /// What came of it.
    pub outcome: CureOutcome,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum CureOutcome {
    /// All schedules were run with it.
    Explored(Explored),
    /// The sessions have it already: what was raced is what it amounts to.
    There,
    /// It could not be tried.
    Untried {
        /// Why, in a sentence.
        reason: String,
    },
}

/// How all schedules went with a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Explored {
    /// Whether it is a cure.
    pub verdict: Verdict,
    /// Why the verdict is inconclusive.
    pub reason: Option<String>,
    /// Schedules run.
    pub schedules: u64,
    /// Schedules that are not right.
    #[serde(rename = "unsafe")]
    pub broken: u64,
    /// Schedules in which a session failed.
    pub failed: u64,
    /// Those of them by SQLSTATE.
    pub refused: BTreeMap<&'static str, u64>,
    /// Schedules in which a session waited for another.
    pub waited: u64,
    /// Schedules with a deadlock.
    pub deadlocked: u64,
}

impl TriedCure {
    /// What it is called in a table.
    pub fn title(&self) -> String {
        match self.in_transaction && self.name != CureName::Transaction {
            true => format!("BEGIN, {}", self.name),
            false => self.name.to_string(),
        }
    }

    /// Whether it is known to be a cure: every schedule is right, the sessions do not lock each other
    /// out for ever, and those that are run again succeed.
    pub fn is_proved(&self) -> bool {
        self.holds() && !self.deadlocks() && !self.gives_up()
    }

    fn holds(&self) -> bool {
        matches!(&self.outcome, CureOutcome::Explored(it) if it.verdict == Verdict::Safe)
    }

    /// Whether a session fails that was run again.
    pub fn gives_up(&self) -> bool {
        let retries = matches!(
            self.name,
            CureName::RepeatableReadWithRetry | CureName::SerializableWithRetry
        );
        retries && matches!(&self.outcome, CureOutcome::Explored(it) if it.failed > 0)
    }

    /// Whether sessions wait for each other for ever, and the program is not meant to run one of them
    /// again.
    pub fn deadlocks(&self) -> bool {
        let found = match &self.outcome {
            CureOutcome::Explored(found) => found.deadlocked,
            CureOutcome::There | CureOutcome::Untried { .. } => 0,
        };
        found > 0 && !self.needs_retry
    }

    /// The cheapest that is right first.
    pub(in crate::race) fn cost(&self) -> impl Ord {
        let order = match &self.outcome {
            _ if self.is_proved() => 0,
            _ if self.holds() => 1,
            CureOutcome::Explored(it) if it.verdict == Verdict::Inconclusive => 3,
            CureOutcome::Explored(_) | CureOutcome::There => 2,
            CureOutcome::Untried { .. } => 4,
        };
        (
            order,
            self.more_round_trips,
            self.needs_retry,
            self.locked_for,
            self.name,
        )
    }
}
