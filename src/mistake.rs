//! The mistakes: what real applications ship, each a row of the same choices as a strategy.
//!
//! To add one: a variant here, its row in [`Mistake::plan`], where it is wrong in
//! [`Mistake::promise`] and its lesson in [`Mistake::lesson`].

use std::fmt;

use clap::ValueEnum;

use crate::strategy::{Guard, Isolation, Plan, Promise, Read, Setting, Write};

/// A way to sell that looks right and is not, at least on some database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mistake {
    /// FOR UPDATE outside a transaction: the lock ends with the SELECT
    ForUpdateAutocommit,
    /// Read first, lock later, believe the first read
    ReadBeforeLock,
    /// An advisory lock given back before COMMIT
    UnlockBeforeCommit,
    /// A lock taken after the transaction has chosen what it sees
    LockAfterSnapshot,
    /// A lock on a name that nobody else asks for
    NarrowLockKey,
    /// A version compared, and the number of rows changed not looked at
    IgnoredRowCount,
    /// Check, then SET stock = stock - n without a condition
    SubtractUnguarded,
    /// Count what was sold, then insert a sale, with nothing unique about it
    CheckThenInsert,
    /// Try again without leaving the transaction that cannot see the change
    RetryInSnapshot,
    /// FOR SHARE, and then an UPDATE: two readers wait for each other
    ShareThenUpgrade,
    /// SKIP LOCKED's empty answer read as "sold out"
    SkippedIsSoldOut,
}

/// What there is to say about a mistake.
#[derive(Clone, Copy, Debug)]
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

    /// What comes of it in that setting: [`Promise::Safe`] where it happens to be right; `None`
    /// where it cannot be made.
    pub fn promise(self, setting: impl Into<Setting>) -> Option<Promise> {
        let setting = setting.into();
        let engine = setting.engine;
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
        Some(for_the_rows.for_effects_too(&self.plan(), setting))
    }

    /// The mistake whose row `plan` is.
    pub fn named(plan: &Plan) -> Option<Self> {
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
                "The statement says FOR UPDATE, and it does lock. But the lock belongs to the transaction, and in autocommit that is the SELECT itself.",
                "Begin a transaction before the SELECT, and commit after the write.",
            ),
            Self::ReadBeforeLock => (
                "Applications that lock the object they have loaded, instead of loading it under the lock. Rails' `lock!` therefore reloads the record (Rails API, `ActiveRecord::Locking::Pessimistic`).",
                "Everything that writes holds the lock. What it writes was computed before.",
                "Compute from what the locking read returns; in an object-relational mapper, reload the object when it is locked.",
            ),
            Self::UnlockBeforeCommit => (
                "A lock around the body of a method, while the framework commits after the method has returned. Of 91 transactions that web applications coordinate by themselves, 53 were found to be wrong in some way (Tang et al., \"Ad Hoc Transactions in Web Applications: The Good, the Bad, and the Ugly\", SIGMOD 2022).",
                "Every purchase holds the lock while it works. But what it wrote is not there for others until COMMIT, and the next buyer reads before that.",
                "Give the lock back after COMMIT, or take one that ends with the transaction (`pg_advisory_xact_lock`).",
            ),
            Self::LockAfterSnapshot => (
                "Whoever takes a named lock inside a transaction whose first statement has already read: InnoDB's REPEATABLE READ chooses its snapshot at the first consistent read (MySQL 8.0 manual, \"Consistent Nonlocking Reads\").",
                "The read that counts comes after the lock. But it sees the data as they were before.",
                "Take the lock before the transaction begins, or read with FOR UPDATE, which sees the newest row.",
            ),
            Self::NarrowLockKey => (
                "Locks named after the request or the user, where the item is what is shared: made by hand, like those studied by Tang et al. (SIGMOD 2022).",
                "There is a lock, and it is held from before the read to after the commit. Two buyers of one item just hold different ones.",
                "Name the lock after what must not be changed by two at once: the item.",
            ),
            Self::IgnoredRowCount => (
                "Whoever writes the compare-and-set by hand; object-relational mappers raise an error for it (Hibernate `OptimisticLockException`, Rails `StaleObjectError`).",
                "The WHERE clause compares the version, so that nothing is overwritten. But an UPDATE that changes no row is no error, and the sale is recorded all the same.",
                "Look at the number of rows changed; if it is 0, begin again.",
            ),
            Self::SubtractUnguarded => (
                "The usual repair of a lost update; found in shops by Warszawski and Bailis, \"ACIDRain: Concurrency-Related Attacks on Database-Backed Web Applications\" (SIGMOD 2017).",
                "No update is lost any more: the database subtracts. But the check was made before, and two that pass it both subtract.",
                "Put the check into the UPDATE: `WHERE stock >= n`, and look at the number of rows changed.",
            ),
            Self::CheckThenInsert => (
                "Validations in the application without a constraint in the database: Bailis et al., \"Feral Concurrency Control\" (SIGMOD 2015), for uniqueness in Rails.",
                "The number sold is counted at once before each insert. But rows that others are about to insert cannot be counted, and cannot be locked.",
                "A constraint that the database keeps: one row, unique, for each unit that can be sold; or SERIALIZABLE.",
            ),
            Self::RetryInSnapshot => (
                "Retry loops around the statement instead of around the transaction. PostgreSQL's manual (15, 13.5) says that the complete transaction must be retried.",
                "The version did not fit, so it reads again and tries again. But its snapshot shows the old version for as long as the transaction lasts.",
                "Roll back, and run the whole transaction again.",
            ),
            Self::ShareThenUpgrade => (
                "A reader's lock taken by somebody who means to write; InnoDB does the same to every plain read at SERIALIZABLE (MySQL 8.0 manual, \"Transaction Isolation Levels\").",
                "Nobody can change the row while it is being looked at. But two who share the lock each wait for the other to let go of it, and one is shot.",
                "FOR UPDATE from the beginning.",
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

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}
