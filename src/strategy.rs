//! The strategies: each is a row of data, and says what it promises on which database.
//!
//! To add one: a variant here, its row in [`Strategy::plan`], its promise in
//! [`Strategy::promise`] and its lesson in [`Strategy::lesson`]. Nothing else.

mod choice;
mod delivery;
mod plan;
mod promise;
mod refusal;
mod setting;

use std::fmt;

use clap::ValueEnum;

pub use choice::{Dispatch, Guard, Isolation, Layout, Read, Write};
pub use delivery::Delivery;
pub use plan::Plan;
pub use promise::Promise;
pub use refusal::MOST_UNIT_ROWS;
pub use setting::Setting;

use crate::db::Backend;

/// A named way to sell from a stock that others sell from at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Strategy {
    /// Read, check, write; no transaction
    Naive,
    /// The same inside a transaction
    Transaction,
    /// SELECT … FOR UPDATE: the next buyer waits
    Pessimistic,
    /// FOR UPDATE NOWAIT: the next buyer is refused and tries again
    Nowait,
    /// FOR UPDATE SKIP LOCKED: the next buyer sees no row and tries again
    SkipLocked,
    /// Write only if the version is still the one that was read
    Optimistic,
    /// A transaction at REPEATABLE READ, run again when it fails
    RepeatableRead,
    /// A transaction at SERIALIZABLE, run again when it fails
    Serializable,
    /// One UPDATE that checks and takes at once
    Atomic,
    /// A lock of the database's on the item's name
    Advisory,
    /// A lock in this process on the item
    Mutex,
    /// One session does all the work; the others stand by
    Leader,
    /// The whole purchase in one call of a procedure in the database
    Procedure,
    /// One buyer takes for all who wait, in one transaction
    Combine,
    /// The stock split over several rows: each buyer takes from one that is free
    Buckets,
    /// One row for each unit: each buyer takes rows that are free
    UnitRows,
}

/// What a student should take away from a strategy.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// Why it works, or seems to.
    pub idea: &'static str,
    /// When it fails.
    pub fails: &'static str,
    /// What it costs.
    pub cost: &'static str,
}

impl Strategy {
    /// The row: guard, isolation, read, write; and the layers of those that have any.
    pub fn plan(self) -> Plan {
        use {Guard as G, Isolation as I, Read as R, Write as W};
        let (guard, isolation, read, write) = match self {
            Self::Naive => (G::None, I::Autocommit, R::Plain, W::Assign),
            Self::Transaction => (G::None, I::ReadCommitted, R::Plain, W::Assign),
            Self::Pessimistic => (G::None, I::ReadCommitted, R::ForUpdate, W::Assign),
            Self::Nowait => (G::None, I::ReadCommitted, R::Nowait, W::Assign),
            Self::SkipLocked => (G::None, I::ReadCommitted, R::SkipLocked, W::Assign),
            Self::Optimistic => (G::None, I::ReadCommitted, R::Plain, W::IfVersion),
            Self::RepeatableRead => (G::None, I::RepeatableRead, R::Plain, W::Assign),
            Self::Serializable => (G::None, I::Serializable, R::Plain, W::Assign),
            Self::Atomic => (G::None, I::ReadCommitted, R::None, W::IfEnough),
            Self::Advisory => (G::Advisory, I::ReadCommitted, R::Plain, W::Assign),
            Self::Mutex => (G::Mutex, I::ReadCommitted, R::Plain, W::Assign),
            Self::Leader => (G::Leader, I::ReadCommitted, R::Plain, W::Assign),
            Self::Buckets | Self::UnitRows => (G::None, I::ReadCommitted, R::SkipLocked, W::Assign),
            Self::Procedure | Self::Combine => (G::None, I::ReadCommitted, R::None, W::IfEnough),
        };
        let plan = Plan::new(guard, isolation, read, write);
        match self {
            Self::Combine => Plan {
                dispatch: Dispatch::Combined,
                ..plan
            },
            Self::Buckets => Plan {
                layout: Layout::Buckets,
                ..plan
            },
            Self::UnitRows => Plan {
                layout: Layout::UnitRows,
                ..plan
            },
            Self::Procedure => Plan {
                dispatch: Dispatch::Procedure,
                ..plan
            },
            _ => plan,
        }
    }

    /// What the strategy promises in that setting; `None` where it cannot be run.
    pub fn promise(self, setting: impl Into<Setting>) -> Option<Promise> {
        let setting = setting.into();
        let engine = setting.engine;
        if self.plan().refusal_in(setting).is_some() {
            return None;
        }
        let for_the_rows = match (self, engine.backend) {
            (Self::Naive, _) => Promise::Unsafe,
            // Every SQLite transaction is serializable, whatever level it asks for.
            (Self::Transaction, Backend::Sqlite) => Promise::Safe,
            (Self::Transaction, _) => Promise::Unsafe,
            (Self::RepeatableRead, _) if !engine.snapshot_isolation => Promise::Unsafe,
            // A mutex ends at the process's border; SQLite's transactions do not need it.
            (Self::Mutex, Backend::Postgres | Backend::Mysql) if setting.servers > 1 => {
                Promise::Unsafe
            }
            _ => Promise::Safe,
        };
        Some(for_the_rows.for_effects_too(&self.plan(), setting))
    }

    /// The strategy whose row `plan` is, if it has a name.
    pub fn named(plan: &Plan) -> Option<Self> {
        Self::value_variants()
            .iter()
            .copied()
            .find(|strategy| strategy.plan() == *plan)
    }

    /// What it does, in a line: the text of `--help`.
    pub fn summary(self) -> String {
        self.to_possible_value()
            .and_then(|value| value.get_help().map(ToString::to_string))
            .unwrap_or_default()
    }

    /// What a student should take away.
    pub fn lesson(self) -> Lesson {
        let (idea, fails, cost) = match self {
            Self::Naive => (
                "Look how many are left, and if there are enough write down one less. Right as long as nobody else is buying.",
                "Two buyers read the same number, both find it enough, and the second write overwrites the first (a lost update). Both have a sale; the stock went down once.",
                "The cheapest there is, and wrong.",
            ),
            Self::Transaction => (
                "Put BEGIN and COMMIT around it. A transaction makes the purchase all or nothing; many expect it to keep others out as well.",
                "At READ COMMITTED a plain SELECT locks nothing, so two transactions read the same number just as before. On SQLite it holds, because every transaction there is serializable: the second writer is refused (SQLITE_BUSY) and must begin again.",
                "Two more round trips than naive.",
            ),
            Self::Pessimistic => (
                "Lock the row while reading it. Whoever comes second waits until the first has committed, and then reads what the first left.",
                "Outside a transaction the lock is gone when the SELECT ends. A purchase of several items can deadlock when two buyers lock them in opposite orders.",
                "Every buyer of an item waits for the one before, for the whole of its transaction; a slow buyer holds everybody up.",
            ),
            Self::Nowait => (
                "Lock the row, but do not wait for it: if it is taken, fail at once, and let the application decide when to try again.",
                "A program that does not try again turns buyers away while there is stock.",
                "No waiting inside the database; many attempts, and the order of arrival is lost.",
            ),
            Self::SkipLocked => (
                "Ask only for rows that nobody has locked. Made for queues, where any free row will do.",
                "For one particular item an empty answer means \"in use\", not \"sold out\": a program that mixes the two up turns buyers away while there is stock. Here it is taken as a conflict, and the purchase is tried again.",
                "As NOWAIT: no waiting, many attempts.",
            ),
            Self::Optimistic => (
                "Lock nothing. Give the row a version, and write only if it is still the version that was read; if another buyer was faster, begin again.",
                "The number of rows that the UPDATE changed must be looked at: whoever ignores it has the naive strategy. On a hot row most attempts are in vain.",
                "Nothing while buyers seldom meet; a repeated purchase each time they do.",
            ),
            Self::RepeatableRead => (
                "Ask for one unchanging view of the data. PostgreSQL then refuses an UPDATE of a row that has changed since, with a serialization failure, and the purchase begins again.",
                "The level's name promises less than PostgreSQL keeps: other databases with the same name for it let the update through and lose one. Without a retry the buyer sees the error.",
                "Like optimistic, with the check in the database.",
            ),
            Self::Serializable => (
                "Ask for the result to be as if all purchases had run one after the other, and leave the rest to the database.",
                "Any statement, and COMMIT too, can fail with a serialization failure; the whole transaction must be run again. Over a tiny table PostgreSQL tracks reads by page, so that buyers of different items conflict as well.",
                "The database keeps account of every read; more retries than repeatable read.",
            ),
            Self::Atomic => (
                "Do not read at all. One UPDATE takes the units and demands in its WHERE that there are enough; if no row was changed, the item is sold out.",
                "Only where check and change fit into one statement. A decision that the program must take in between does not fit.",
                "The fewest round trips of all that are right, and the row is locked for the shortest time.",
            ),
            Self::Advisory => (
                "Lock a name instead of a row: before the transaction begins, and until after it has committed.",
                "It protects only from those who ask for the same name; one UPDATE elsewhere that does not is enough. Released before COMMIT, or lost by a connection pooler that shares sessions, it protects from nobody.",
                "Two more round trips than pessimistic. SQLite has none.",
            ),
            Self::Mutex => (
                "Let the program itself let one buyer at a time through to each item.",
                "It ends at the process's border: with a second server, the two do not know of each other.",
                "Nothing in the database; waiting costs almost nothing.",
            ),
            Self::Leader => (
                "Let one session do all the work. It holds a lock of the database's for as long as it lives; when it dies the database gives the lock to the next, which takes over.",
                "A leader that is only cut off from the database does not know that it leads no more: what it does outside the database it may do at the same time as its successor.",
                "The work of one, however many there are.",
            ),
            Self::Procedure => (
                "Send the whole purchase in one message: a procedure in the database checks, takes and records. The row is locked while the server works and while it commits, and never while a message travels.",
                "What the program must decide, or do elsewhere, between check and record does not fit. The procedure is a part of the application that lives in the database, and is deployed apart from it.",
                "One round trip. SQLite has no server to keep procedures.",
            ),
            Self::Combine => (
                "Stand in line inside the program. The first in line leads: it takes for everybody who has come meanwhile, in one transaction, and wakes them when that is committed. Near the end of the stock those that still fit are served in the order in which they came.",
                "What fails, fails for the whole batch, and each member must try again; whoever waits for a leader that died learns only from the ledger what became of the order. A program that forgets either loses orders.",
                "A wait for the batch before; in return one round trip, one lock and one flush to disk for all, however many they are.",
            ),
            Self::Buckets => (
                "Split the stock over eight rows. Each buyer looks for a row that nobody has locked and in which there is enough, so that eight can buy at once.",
                "That none of the rows had enough, or all were locked, does not mean sold out: the units may be spread over several, or come back. A program that does not lock all of them and add up before it says no turns buyers away while there is stock.",
                "Eight rows to keep and to add up; near the end of the stock buyers wait for each other as they do for one row.",
            ),
            Self::UnitRows => (
                "Give each unit a row, and let a buyer lock as many free ones as it wants. Nobody waits for anybody until there are fewer rows than buyers want.",
                "Rows that are locked may come back, so that too few free ones are not sold out. A program that does not look again, waiting this time, turns buyers away while there is stock.",
                "A row for each unit, and its removal; the more units an order wants, the more rows it locks.",
            ),
        };
        Lesson { idea, fails, cost }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strategy_has_a_row_of_its_own() {
        for strategy in Strategy::value_variants() {
            assert_eq!(Strategy::named(&strategy.plan()), Some(*strategy));
        }
    }

    #[test]
    fn a_summary_is_the_help_text() {
        assert_eq!(
            Strategy::Naive.summary(),
            "Read, check, write; no transaction"
        );
    }
}
