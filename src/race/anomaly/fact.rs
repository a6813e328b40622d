//! What went wrong in a schedule: the statements of which each follows from the other.

use std::collections::BTreeMap;

use serde::Serialize;

/// What went wrong in a schedule, from the texts of its statements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Anomaly {
    /// What it is called; `null` where the edges fit no name for certain.
    pub name: Option<AnomalyName>,
    /// What was to prevent it and did not.
    pub because: Option<Cause>,
    /// The table that it is about; `null` where it is about none, or several.
    pub table: Option<String>,
    /// The row, by the values of its columns that are known.
    pub key: BTreeMap<String, String>,
    /// The statements that make it, in their order.
    pub statements: Vec<Place>,
    /// The edges that form the circle: each session comes before the other.
    pub circle: Vec<Edge>,
}

/// The standard name of an anomaly. P4, A5A and A5B are those of Berenson et al., "A Critique of ANSI
/// SQL Isolation Levels" (SIGMOD 1995), G-single and G2 those of Adya, Liskov and O'Neil,
/// "Generalized Isolation Level Definitions" (ICDE 2000), after Adya's thesis (MIT, 1999).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AnomalyName {
    /// P4: one overwrites what another has written since it read.
    LostUpdate,
    /// A5B, G2-item: each writes what the other has read, and not what the other writes.
    WriteSkew,
    /// A5A, G-single: one reads some rows as they were before another, and some as after.
    ReadSkew,
    /// P2: one reads a row twice, and another has written it in between.
    NonRepeatableRead,
    /// P3: one reads twice which rows there are, and another has added one in between.
    Phantom,
    /// G2: each looks which rows there are, and adds one that the other would have seen.
    CheckThenInsert,
    /// Each waits for the other.
    Deadlock,
    /// What cannot be taken back is done by both.
    EffectTwice,
}

/// What was to prevent an anomaly, and did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "cause")]
pub enum Cause {
    /// The locking read found no row, and locked none.
    LockedNothing {
        /// The locking read.
        lock: Place,
    },
    /// The advisory lock was given back before the COMMIT.
    UnlockBeforeCommit {
        /// Where it was given back.
        unlock: Place,
        /// Where the others could see what was written.
        commit: Place,
    },
    /// The row was locked after it had been read, and what was read before was used.
    ReadBeforeLock {
        /// The locking read.
        lock: Place,
    },
    /// The row was read under the lock, but without one, and showed what was there before: the
    /// transaction sees the database as it was when it first read anything.
    OldSnapshot {
        /// Where the lock was taken.
        lock: Place,
        /// The read that was not a locking one.
        read: Place,
    },
}

/// A statement of the schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Place {
    /// The session, from 1.
    pub session: usize,
    /// The step, from 1.
    pub step: usize,
    /// The statement with its values.
    pub sql: String,
    /// What it does.
    pub does: Deed,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// It reads.
    Read,
    /// It inserts rows.
    Insert,
    /// It changes rows.
    Update,
    /// It deletes rows.
    Delete,
    /// It calls the outside.
    Call,
    /// It waits, in a deadlock.
    Wait,
    /// It gives a lock back.
    Unlock,
    /// It commits.
    Commit,
}

/// One session comes before another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Edge {
    /// Why.
    pub kind: EdgeKind,
    /// The statement that comes before.
    pub from: Place,
    /// The one that comes after.
    pub to: Place,
    /// The table; `null` for an edge between two that wait.
    pub table: Option<String>,
    /// The row, by the values of its columns that are known.
    pub key: BTreeMap<String, String>,
    /// What the texts do not tell, and is taken to be so.
    pub doubts: Vec<Doubt>,
}

/// Why one session comes before another: Adya's dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// It has read what the other has then written.
    Rw,
    /// The other has read what it has written.
    Wr,
    /// The other has overwritten what it has written.
    Ww,
    /// It waits for the other, in a deadlock.
    Waits,
}

/// What the texts do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// Whether both mean the same row of the table.
    Row,
    /// Whether what was written could be seen already.
    Time,
}
