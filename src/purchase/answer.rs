//! What a buyer's statements show, and how an attempt ends.

use crate::tables::item::Item;

/// What a buyer's statement showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementResult {
    /// The item's row; `None`: there was none, or it was skipped.
    Item(Option<Item>),
    /// So many units, in the rows that were found and locked.
    Units(i64),
    /// The sum of what the ledger says was put in and taken out.
    Moved(i64),
    /// How many rows were changed.
    Changed(usize),
}

/// How an attempt ended when nothing got into its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The order was carried out and committed.
    Done,
    /// There was not enough left.
    SoldOut,
}

/// What a transaction is committed with.
pub(super) trait CommitOutcome {
    /// Whether the tables were changed, so that it matters whether a COMMIT arrived.
    fn changes_tables(&self) -> bool;
}

impl CommitOutcome for Answer {
    fn changes_tables(&self) -> bool {
        *self == Self::Done
    }
}

impl CommitOutcome for Vec<Answer> {
    fn changes_tables(&self) -> bool {
        self.contains(&Answer::Done)
    }
}
