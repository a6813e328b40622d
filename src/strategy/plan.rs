//! The four independent choices that make a strategy, and which of their combinations mean
//! something.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::db::{Backend, IsolationLevel, RowLock};

/// What is held around the whole purchase, COMMIT included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// Nothing
    None,
    /// A lock in this process, one per item
    Mutex,
    /// The same with room for several buyers at a time (`--slots`)
    Semaphore,
    /// A lock in the database that no row knows of, one per item
    Advisory,
    /// A lock in the database on the whole task: one session leads it to the end
    Leader,
    /// A mistake: an advisory lock, given back before COMMIT
    AdvisoryEarly,
    /// A mistake: an advisory lock, taken inside the transaction, after it has read
    AdvisoryLate,
    /// A mistake: an advisory lock, on the order instead of the item
    AdvisoryNarrow,
}

/// Whether the purchase is one transaction, and what that transaction sees of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// No transaction: each statement commits by itself
    Autocommit,
    /// Each statement sees what was committed before it
    ReadCommitted,
    /// All statements see what was committed before the first
    RepeatableRead,
    /// As if the purchases had run one after the other
    Serializable,
}

/// How the purchase finds out what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Read {
    /// It does not look
    None,
    /// SELECT
    Plain,
    /// SELECT … FOR SHARE: others may look, none may write
    ForShare,
    /// SELECT … FOR UPDATE: the next buyer waits
    ForUpdate,
    /// SELECT … FOR UPDATE NOWAIT: the next buyer is refused at once
    Nowait,
    /// SELECT … FOR UPDATE SKIP LOCKED: the next buyer sees no row
    SkipLocked,
    /// A mistake: the same, where no row is taken for sold out
    SkippedIsSoldOut,
    /// A mistake: SELECT, then SELECT … FOR UPDATE, of which the first is believed
    BeforeLock,
    /// A mistake: the ledger is added up instead
    CountSold,
}

/// How the purchase takes what it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Write {
    /// SET stock = the value computed from the read
    Assign,
    /// The same, only if the version is still the one that was read
    IfVersion,
    /// SET stock = stock - n, only if there is enough
    IfEnough,
    /// SET stock = stock - n, whatever there is
    Subtract,
    /// A mistake: if-version, without a look at whether a row was changed
    IfVersionIgnored,
    /// A mistake: if-version, tried again inside the same transaction
    IfVersionAgain,
}

/// A strategy's row: four independent choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is held around the whole purchase.
    pub guard: Guard,
    /// The transaction around the statements.
    pub isolation: Isolation,
    /// How what is left is found out.
    pub read: Read,
    /// How it is taken.
    pub write: Write,
}

impl Plan {
    /// Every combination of choices that means something on `backend`. Left out are those with
    /// a choice that is a mistake by itself, and `semaphore`, which with one slot is `mutex`.
    pub fn meaningful(backend: Backend) -> Vec<Self> {
        let guards = [Guard::None, Guard::Mutex, Guard::Advisory, Guard::Leader];
        let reads = [
            Read::None,
            Read::Plain,
            Read::ForShare,
            Read::ForUpdate,
            Read::Nowait,
            Read::SkipLocked,
        ];
        let writes = [
            Write::Assign,
            Write::IfVersion,
            Write::IfEnough,
            Write::Subtract,
        ];
        let mut plans = Vec::new();
        for guard in guards {
            for &isolation in Isolation::value_variants() {
                for read in reads {
                    plans.extend(writes.map(|write| Self {
                        guard,
                        isolation,
                        read,
                        write,
                    }));
                }
            }
        }
        plans.retain(|plan| plan.refusal(backend).is_none());
        plans
    }

    /// Why this combination means nothing on `backend`; `None` when it can be run.
    pub fn refusal(&self, backend: Backend) -> Option<String> {
        if self.read == Read::None {
            match self.write {
                Write::Assign => {
                    return Some("write `assign` computes the new stock from the read, and read `none` reads nothing".to_owned());
                }
                Write::IfVersion | Write::IfVersionIgnored | Write::IfVersionAgain => {
                    return Some("write `if-version` compares with the version that was read, and read `none` reads nothing".to_owned());
                }
                Write::IfEnough | Write::Subtract => {}
            }
        }
        if self.guard.is_advisory()
            && let Some(why) = backend.refuses_advisory_lock()
        {
            return Some(why.to_owned());
        }
        if let Some(why) = self.refused_before_lock(backend) {
            return Some(why.to_owned());
        }
        let lock = self.read.row_lock()?;
        backend.refuses_row_lock(lock).map(str::to_owned)
    }

    /// Whether the write is also the check, so that whatever follows from a sale comes after
    /// it. Where the plan looks first, it comes between the look and the write.
    pub fn claims_first(&self) -> bool {
        self.read == Read::None
    }

    /// Whether no two buyers of an item can be between the check and the commit at the same
    /// time, in so many processes: only that protects what no rollback takes back.
    pub fn admits_one_at_a_time(&self, servers: u32, slots: u32) -> bool {
        let transaction = self.isolation != Isolation::Autocommit;
        let guarded = match self.guard {
            Guard::Mutex => servers <= 1,
            Guard::Semaphore => servers <= 1 && slots <= 1,
            Guard::Advisory | Guard::Leader => true,
            _ => false,
        };
        let locked = match self.read {
            Read::ForUpdate | Read::Nowait | Read::SkipLocked | Read::SkippedIsSoldOut => {
                transaction
            }
            // The conditional write itself: of two, one finds nothing left.
            Read::None => self.write == Write::IfEnough,
            _ => false,
        };
        guarded || locked
    }

    /// Why a mistake about *when* a lock is taken cannot be made.
    fn refused_before_lock(&self, backend: Backend) -> Option<&'static str> {
        let in_transaction = self.isolation != Isolation::Autocommit;
        if self.guard == Guard::AdvisoryLate && (!in_transaction || self.read == Read::None) {
            return Some(
                "guard `advisory-late` comes after a transaction's first read, and here is none",
            );
        }
        if self.guard == Guard::AdvisoryEarly && !in_transaction {
            return Some("guard `advisory-early` ends before COMMIT, and here is none");
        }
        if self.write == Write::IfVersionAgain && !in_transaction {
            return Some("write `if-version-again` stays inside its transaction, and here is none");
        }
        (self.read == Read::BeforeLock)
            .then(|| backend.refuses_reading_before_locking())
            .flatten()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "guard {} · isolation {} · read {} · write {}",
            self.guard, self.isolation, self.read, self.write
        )
    }
}

impl Isolation {
    /// The level of the transaction; `None` where there is no transaction.
    pub fn level(self) -> Option<IsolationLevel> {
        match self {
            Self::Autocommit => None,
            Self::ReadCommitted => Some(IsolationLevel::ReadCommitted),
            Self::RepeatableRead => Some(IsolationLevel::RepeatableRead),
            Self::Serializable => Some(IsolationLevel::Serializable),
        }
    }
}

impl Guard {
    /// Whether it asks the database for a lock.
    pub fn is_advisory(self) -> bool {
        !matches!(self, Self::None | Self::Mutex | Self::Semaphore)
    }
}

impl Read {
    /// The lock that the read takes on its row.
    pub fn row_lock(self) -> Option<RowLock> {
        match self {
            Self::None | Self::Plain | Self::CountSold => None,
            Self::ForShare => Some(RowLock::ForShare),
            Self::ForUpdate | Self::BeforeLock => Some(RowLock::ForUpdate),
            Self::Nowait => Some(RowLock::NoWait),
            Self::SkipLocked | Self::SkippedIsSoldOut => Some(RowLock::SkipLocked),
        }
    }
}

/// Shows a choice by the name it has on the command line.
macro_rules! named_as_on_the_command_line {
    ($($choice:ty),*) => {$(
        impl fmt::Display for $choice {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let value = self.to_possible_value();
                f.write_str(value.as_ref().map_or("", |value| value.get_name()))
            }
        }
    )*};
}

named_as_on_the_command_line!(Guard, Isolation, Read, Write);
