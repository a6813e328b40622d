//! The choices that make a strategy, each independent of the others.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::db::{IsolationLevel, RowLock};
use crate::model::value_name::named_as_on_the_command_line;

/// What is held around the whole purchase, COMMIT included.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// Nothing
    None,
    /// A lock in this process, one per item
    Mutex,
    /// The same, with room for several buyers at a time (`--slots`)
    Semaphore,
    /// An advisory lock in the database, one per item
    Advisory,
    /// One lock in the database on the whole task: one session does all the work
    Leader,
    /// A mistake: an advisory lock released before COMMIT
    AdvisoryEarly,
    /// A mistake: an advisory lock taken inside the transaction, after its first read
    AdvisoryLate,
    /// A mistake: an advisory lock on the order instead of the item
    AdvisoryNarrow,
}

/// Whether the purchase is one transaction, and what it sees of other transactions.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, schemars::JsonSchema,
)]
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
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Read {
    /// No read
    None,
    /// SELECT
    Plain,
    /// SELECT … FOR SHARE: others may read, nobody may write
    ForShare,
    /// SELECT … FOR UPDATE: the next buyer waits
    ForUpdate,
    /// SELECT … FOR UPDATE NOWAIT: the next buyer gets an error at once
    Nowait,
    /// SELECT … FOR UPDATE SKIP LOCKED: the next buyer sees no row
    SkipLocked,
    /// A mistake: the same, but no row is taken to mean sold out
    SkippedIsSoldOut,
    /// A mistake: SELECT, then SELECT … FOR UPDATE, but the first result is used
    BeforeLock,
    /// A mistake: the sales in the ledger are added up instead
    CountSold,
}

/// How the purchase takes what it wants.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Write {
    /// SET stock = the value computed from the read
    Assign,
    /// The same, but only if the version has not changed since the read
    IfVersion,
    /// SET stock = stock - n, only if there is enough
    IfEnough,
    /// SET stock = stock - n, unconditionally
    Subtract,
    /// A mistake: if-version, without checking whether a row was changed
    IfVersionIgnored,
    /// A mistake: if-version, retried inside the same transaction
    IfVersionAgain,
}

/// How an item's units are laid out in the tables.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    ValueEnum,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// One row per item
    #[default]
    OneRow,
    /// Several rows per item, each with part of its units
    Buckets,
    /// One row per unit
    UnitRows,
}

/// How a purchase reaches the database.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    ValueEnum,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Dispatch {
    /// Statement by statement, each buyer on its own
    #[default]
    Statements,
    /// Batched with other buyers in this process, in one transaction for all
    Combined,
    /// As one call to a stored procedure
    Procedure,
}

impl Isolation {
    /// The level of the transaction; `None` where there is no transaction.
    pub(crate) fn level(self) -> Option<IsolationLevel> {
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
    pub(crate) fn is_advisory(self) -> bool {
        !matches!(self, Self::None | Self::Mutex | Self::Semaphore)
    }
}

impl Read {
    /// The lock that the read takes on its row.
    pub(crate) fn row_lock(self) -> Option<RowLock> {
        match self {
            Self::None | Self::Plain | Self::CountSold => None,
            Self::ForShare => Some(RowLock::ForShare),
            Self::ForUpdate | Self::BeforeLock => Some(RowLock::ForUpdate),
            Self::Nowait => Some(RowLock::NoWait),
            Self::SkipLocked | Self::SkippedIsSoldOut => Some(RowLock::SkipLocked),
        }
    }
}

named_as_on_the_command_line!(Guard, Isolation, Read, Write, Layout, Dispatch);
