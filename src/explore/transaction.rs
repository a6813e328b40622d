//! A session's transaction, as its statements tell, and which of two sessions' next statements
//! can change places without anybody noticing.

use std::collections::BTreeSet;

use super::messages::Report;
use super::verb::Verb;
use super::{Footprint, Statement};

/// The transaction that a session is in.
#[derive(Clone, Debug, Default)]
pub(super) struct Transaction {
    open: bool,
    /// Whether its statements see one state of the database, chosen by the first of them.
    snapshot: bool,
    /// Whether the database refuses it for what others have read.
    serializable: bool,
    touched: Access,
}

/// What sending a statement touches, its transaction taken into account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Access {
    reads: BTreeSet<String>,
    writes: BTreeSet<String>,
    everything: bool,
    /// It sees whatever others have committed, anywhere.
    sees_all: bool,
    /// Others can see its writes afterwards.
    publishes: bool,
    /// Its reads see nothing that others have not committed, and hold nobody up.
    reads_committed: bool,
}

impl Transaction {
    /// Whether `statement` commits something that others may be waiting for, when it succeeds.
    /// `text` is what its text tells.
    pub(super) fn is_change(&self, statement: &Statement, text: &Footprint) -> bool {
        match Verb::of(&statement.sql) {
            Verb::Commit { .. } => true,
            Verb::Other => {
                let only_reads = matches!(
                    text,
                    Footprint::Touches { writes, .. } if writes.is_empty()
                );
                !self.open && !only_reads
            }
            _ => false,
        }
    }

    /// Whether `statement`, once it has succeeded, has given no lock back: locks are held until
    /// the transaction ends.
    pub(super) fn keeps_locks(&self, statement: &Statement, text: &Footprint) -> bool {
        self.open
            && Verb::of(&statement.sql) == Verb::Other
            && matches!(text, Footprint::Touches { .. })
    }

    /// Whether there is one.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Takes note of what the database itself says: whether there is one.
    pub(super) fn is_told(&mut self, open: bool) {
        match open {
            // Begun by what was no step, at a level that is not known.
            true if !self.open => {
                *self = Self {
                    open: true,
                    snapshot: true,
                    serializable: true,
                    touched: Access::default(),
                };
            }
            true => {}
            false => *self = Self::default(),
        }
    }

    /// Whether it may hold a lock that somebody else waits for.
    pub(super) fn holds_locks(&self) -> bool {
        let Access {
            reads,
            writes,
            everything,
            ..
        } = &self.touched;
        *everything || !writes.is_empty() || self.serializable && !reads.is_empty()
    }

    /// What sending `statement`, with that footprint, would touch.
    pub(super) fn access(&self, statement: &Statement, footprint: Footprint) -> Access {
        match Verb::of(&statement.sql) {
            Verb::Begin | Verb::Savepoint => Access::default(),
            Verb::BeginAndMore => Access::to_everything(),
            Verb::Commit { .. } => Access {
                publishes: true,
                reads_committed: !self.serializable,
                ..self.touched.clone()
            },
            Verb::Rollback { .. } => Access {
                reads_committed: !self.serializable,
                ..self.touched.clone()
            },
            Verb::Other => {
                let mut access = Access::of(footprint);
                if access.is_nothing() {
                    return access;
                }
                access.publishes = !self.open;
                access.sees_all = self.open && self.snapshot;
                access.reads_committed = !self.serializable;
                if self.open && self.serializable {
                    // Any statement can be the one that is refused for what came before.
                    access.add(&self.touched);
                }
                access
            }
        }
    }

    /// Takes note that `statement`, with that footprint, is over.
    pub(super) fn after(
        &mut self,
        statement: &Statement,
        footprint: Footprint,
        report: &Report,
        multiversion: bool,
    ) {
        let failed = report.error.is_some();
        match Verb::of(&statement.sql) {
            Verb::Begin | Verb::BeginAndMore if !failed => {
                *self = Self::begun_by(statement, multiversion);
            }
            // PostgreSQL and InnoDB end the transaction even where COMMIT fails; SQLite keeps
            // it open when busy.
            Verb::Commit { chains } if !failed => self.end(chains),
            Verb::Rollback { chains } => self.end(chains),
            _ if report
                .error
                .as_ref()
                .is_some_and(|error| error.transaction_gone) =>
            {
                *self = Self::default();
            }
            Verb::Other if self.open => self.touched.add(&Access::of(footprint)),
            _ => {}
        }
    }

    /// It has ended; where it `chains`, the next has begun at the same level.
    fn end(&mut self, chains: bool) {
        match chains {
            true => self.touched = Access::default(),
            false => *self = Self::default(),
        }
    }

    fn begun_by(statement: &Statement, multiversion: bool) -> Self {
        let text = statement.sql.to_ascii_uppercase();
        let read_committed = text.contains("READ COMMITTED");
        let repeatable_read = text.contains("REPEATABLE READ");
        Self {
            open: true,
            snapshot: !read_committed,
            // A level that is not named may be any.
            serializable: !(read_committed
                || repeatable_read
                || multiversion && text.contains("SERIALIZABLE")),
            touched: match Verb::of(&statement.sql) {
                Verb::BeginAndMore => Access::to_everything(),
                _ => Access::default(),
            },
        }
    }
}

impl Access {
    fn of(footprint: Footprint) -> Self {
        match footprint {
            Footprint::Nothing => Self::default(),
            Footprint::Everything => Self::to_everything(),
            Footprint::Touches { reads, writes } => Self {
                reads,
                writes,
                ..Self::default()
            },
        }
    }

    pub(super) fn to_everything() -> Self {
        Self {
            everything: true,
            ..Self::default()
        }
    }

    fn add(&mut self, other: &Self) {
        self.reads.extend(other.reads.iter().cloned());
        self.writes.extend(other.writes.iter().cloned());
        self.everything |= other.everything;
    }

    /// Whether it touches nothing that another session ever could.
    pub(super) fn is_nothing(&self) -> bool {
        !self.everything && self.reads.is_empty() && self.writes.is_empty()
    }

    /// Whether two sessions' statements can change places without a difference to anybody.
    pub(super) fn is_independent_of(&self, other: &Self) -> bool {
        if self.is_nothing() || other.is_nothing() {
            return true;
        }
        if self.everything || other.everything {
            return false;
        }
        let shows = |writer: &Self, reader: &Self| {
            reader.sees_all && writer.publishes && !writer.writes.is_empty()
        };
        let meets = |writer: &Self, other: &Self| {
            let seen = writer.publishes || !other.reads_committed;
            writer
                .writes
                .iter()
                .any(|name| other.writes.contains(name) || seen && other.reads.contains(name))
        };
        !shows(self, other) && !shows(other, self) && !meets(self, other) && !meets(other, self)
    }
}
