//! The mistakes that real applications ship, each a row of the same choices as a strategy.
//!
//! To add one: a variant here, its row in [`Mistake::plan`], where it is wrong in
//! [`Mistake::promise`] and its lesson in [`Mistake::lesson`].

use clap::ValueEnum;
use serde::Serialize;

use crate::model::strategy::{Deployment, Guard, Isolation, Plan, Promise, Read, Write};
use crate::model::value_name::named_as_on_the_command_line;

/// A way to sell that looks right and is not, at least on some database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mistake {
    /// FOR UPDATE outside a transaction: the lock ends with the SELECT
    ForUpdateAutocommit,
    /// Read first, lock later, trust the first read
    ReadBeforeLock,
    /// An advisory lock released before COMMIT
    UnlockBeforeCommit,
    /// A lock taken after the transaction has taken its snapshot
    LockAfterSnapshot,
    /// A lock on a name that nobody else locks
    NarrowLockKey,
    /// The version is compared, but the number of changed rows is ignored
    IgnoredRowCount,
    /// Check, then SET stock = stock - n without a condition
    SubtractUnguarded,
    /// Count the sales, then insert one, without a unique constraint
    CheckThenInsert,
    /// Retry inside the transaction whose snapshot cannot see the change
    RetryInSnapshot,
    /// FOR SHARE, then UPDATE: two readers wait for each other
    ShareThenUpgrade,
    /// SKIP LOCKED's empty result taken to mean "sold out"
    SkippedIsSoldOut,
}

/// What to know about a mistake.
#[derive(Clone, Copy, Debug, Serialize, schemars::JsonSchema)]
pub struct MistakeLesson {
    /// Who made it, and where that is written.
    pub who: &'static str,
    /// Why it looks right.
    pub looks_right: &'static str,
    /// What to do instead.
    pub fix: &'static str,
}

impl Mistake {
    /// The row: guard, isolation, read, write.
    pub fn plan(self) -> Plan {
        use {Guard as G, Isolation as I, Read as R, Write as W};
        let (guard, isolation, read, write) = match self {
            Self::ForUpdateAutocommit => (G::None, I::Autocommit, R::ForUpdate, W::Assign),
            Self::ReadBeforeLock => (G::None, I::ReadCommitted, R::BeforeLock, W::Assign),
            Self::UnlockBeforeCommit => (G::AdvisoryEarly, I::ReadCommitted, R::Plain, W::Assign),
            Self::LockAfterSnapshot => (G::AdvisoryLate, I::RepeatableRead, R::Plain, W::Assign),
            Self::NarrowLockKey => (G::AdvisoryNarrow, I::ReadCommitted, R::Plain, W::Assign),
            Self::IgnoredRowCount => (G::None, I::Autocommit, R::Plain, W::IfVersionIgnored),
            Self::SubtractUnguarded => (G::None, I::Autocommit, R::Plain, W::Subtract),
            Self::CheckThenInsert => (G::None, I::Autocommit, R::CountSold, W::Subtract),
            Self::RetryInSnapshot => (G::None, I::RepeatableRead, R::Plain, W::IfVersionAgain),
            Self::ShareThenUpgrade => (G::None, I::ReadCommitted, R::ForShare, W::Assign),
            Self::SkippedIsSoldOut => (G::None, I::ReadCommitted, R::SkippedIsSoldOut, W::Assign),
        };
        Plan::new(guard, isolation, read, write)
    }

    /// What it leads to in that deployment: [`Promise::Safe`] where it happens to be correct; `None`
    /// where it cannot be made.
    pub fn promise(self, deployment: impl Into<Deployment>) -> Option<Promise> {
        let deployment = deployment.into();
        let engine = deployment.engine;
        if self.plan().refusal(engine.backend).is_some() {
            return None;
        }
        let for_the_rows = match self {
            // PostgreSQL, and InnoDB with snapshot isolation, refuse to overwrite what the
            // snapshot does not show; the whole transaction is run again.
            Self::LockAfterSnapshot if engine.snapshot_isolation => Promise::Safe,
            Self::RetryInSnapshot if engine.snapshot_isolation => Promise::Safe,
            Self::RetryInSnapshot => Promise::GivesUp,
            Self::ShareThenUpgrade => Promise::Deadlocks,
            _ => Promise::Unsafe,
        };
        Some(for_the_rows.for_effects_too(&self.plan(), deployment))
    }

    /// The mistake whose row `plan` is.
    pub(crate) fn named(plan: &Plan) -> Option<Self> {
        Self::value_variants()
            .iter()
            .copied()
            .find(|mistake| mistake.plan() == *plan)
    }

    /// What it does, in a line.
    pub fn summary(self) -> String {
        self.to_possible_value()
            .and_then(|value| value.get_help().map(ToString::to_string))
            .unwrap_or_default()
    }

    /// Who made it, why it looks right, and what to do instead.
    pub fn lesson(self) -> MistakeLesson {
        let (who, looks_right, fix) = match self {
            Self::ForUpdateAutocommit => (
                "Common enough that Django raises `TransactionManagementError` for `select_for_update()` in autocommit mode (Django documentation, QuerySet API reference, `select_for_update`).",
                "The statement says FOR UPDATE, and it does lock the row. But the lock belongs to the transaction, and in autocommit that is the SELECT alone.",
                "Begin a transaction before the SELECT, and commit after the write.",
            ),
            Self::ReadBeforeLock => (
                "Applications that lock an object they have already loaded, instead of loading it under the lock. This is why Rails' `lock!` reloads the record (Rails API, `ActiveRecord::Locking::Pessimistic`).",
                "Every writer holds the lock. But what it writes was computed before it had the lock.",
                "Compute from what the locking read returns; with an object-relational mapper, reload the object when you lock it.",
            ),
            Self::UnlockBeforeCommit => (
                "A lock around the body of a method, while the framework commits after the method has returned. Of 91 transactions that web applications coordinate themselves, 53 turned out to be wrong in some way (Tang et al., \"Ad Hoc Transactions in Web Applications: The Good, the Bad, and the Ugly\", SIGMOD 2022).",
                "Every purchase holds the lock while it works. But others cannot see what it wrote until COMMIT, and the next buyer reads before that.",
                "Release the lock after COMMIT, or take one that ends with the transaction (`pg_advisory_xact_lock`).",
            ),
            Self::LockAfterSnapshot => (
                "Code that takes a named lock inside a transaction whose first statement has already read: InnoDB's REPEATABLE READ takes its snapshot at the first consistent read (MySQL 8.0 manual, \"Consistent Nonlocking Reads\").",
                "The read that counts comes after the lock. But it sees the data as it was before.",
                "Take the lock before the transaction begins, or read with FOR UPDATE, which sees the newest version of the row.",
            ),
            Self::NarrowLockKey => (
                "Locks named after the request or the user, although it is the item that is shared: hand-made locks like those studied by Tang et al. (SIGMOD 2022).",
                "There is a lock, and it is held from before the read until after the commit. But two buyers of one item hold two different locks.",
                "Name the lock after what two buyers must not change at once: the item.",
            ),
            Self::IgnoredRowCount => (
                "Hand-written compare-and-set; object-relational mappers raise an error here (Hibernate `OptimisticLockException`, Rails `StaleObjectError`).",
                "The WHERE clause compares the version, so nothing is overwritten. But an UPDATE that changes no row is not an error, and the sale is recorded all the same.",
                "Check the number of rows changed; if it is 0, start over.",
            ),
            Self::SubtractUnguarded => (
                "The usual fix for a lost update; found in shops by Warszawski and Bailis, \"ACIDRain: Concurrency-Related Attacks on Database-Backed Web Applications\" (SIGMOD 2017).",
                "No update is lost any more: the database does the subtraction. But the check came earlier, and two buyers that pass it both subtract.",
                "Put the check into the UPDATE: `WHERE stock >= n`, and check the number of rows changed.",
            ),
            Self::CheckThenInsert => (
                "Validation in the application without a constraint in the database: Bailis et al., \"Feral Concurrency Control\" (SIGMOD 2015), for uniqueness in Rails.",
                "The sales are counted right before each insert. But rows that others are about to insert cannot be counted, and cannot be locked.",
                "A constraint that the database enforces: one unique row for each unit that can be sold; or SERIALIZABLE.",
            ),
            Self::RetryInSnapshot => (
                "Retry loops around the statement instead of the transaction. PostgreSQL's manual (15, 13.5) says that the complete transaction must be retried.",
                "The version did not match, so it reads again and retries. But its snapshot shows the old version for as long as the transaction lasts.",
                "Roll back, and run the whole transaction again.",
            ),
            Self::ShareThenUpgrade => (
                "A shared lock taken by code that means to write; InnoDB does the same to every plain read at SERIALIZABLE (MySQL 8.0 manual, \"Transaction Isolation Levels\").",
                "Nobody can change the row while it is being read. But two buyers who share the lock each wait for the other to release it, and the database aborts one of them.",
                "FOR UPDATE from the start.",
            ),
            Self::SkippedIsSoldOut => (
                "Queue code used for a shop. PostgreSQL's manual (15, SELECT) warns that skipping rows \"provides an inconsistent view of the data\".",
                "No row, no stock. But the row is there: somebody else has it locked.",
                "Look again, without SKIP LOCKED, before turning a buyer away.",
            ),
        };
        MistakeLesson {
            who,
            looks_right,
            fix,
        }
    }
}

named_as_on_the_command_line!(Mistake);
