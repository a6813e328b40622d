//! The choices that make a strategy, each independent of the others.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::db::{IsolationLevel, RowLock};

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

/// How an item's units are laid out in the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// One row for each item
    #[default]
    OneRow,
    /// Several rows for each item, each with a part of its units
    Buckets,
    /// One row for each unit
    UnitRows,
}

/// How a purchase reaches the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dispatch {
    /// Statement by statement, each buyer for itself
    #[default]
    Statements,
    /// Together with those of other buyers in this process, in one transaction for all
    Combined,
    /// As one call of a procedure in the database
    Procedure,
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

named_as_on_the_command_line!(Guard, Isolation, Read, Write, Layout, Dispatch);
