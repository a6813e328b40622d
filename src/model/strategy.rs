//! The strategies: each is a row of data, and states what it promises on each database.
//!
//! To add one: a variant here, its row in [`Strategy::plan`], its promise in
//! [`Strategy::promise`], and its lesson in [`Strategy::lesson`]. Nothing else: who may give up under
//! it, and whether it is an ordinary one, follow from the row.

mod answer;
mod architecture;
mod choice;
mod delivery;
mod deployment;
mod plan;
mod promise;
mod refusal;

use clap::ValueEnum;
use serde::Serialize;

#[doc(hidden)]
pub use answer::{ENOUGH_ATTEMPTS, GivingUp};
pub use choice::{Dispatch, Guard, Isolation, Layout, Read, Write};
#[doc(hidden)]
pub use delivery::Delivery;
pub use deployment::Deployment;
pub use plan::Plan;
pub use promise::Promise;
#[doc(hidden)]
pub use refusal::MOST_UNIT_ROWS;

use crate::db::Backend;
use crate::model::value_name::named_as_on_the_command_line;

/// A named way to sell from a stock that others are selling from at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Strategy {
    /// Read, check, write; no transaction
    Naive,
    /// The same inside a transaction
    Transaction,
    /// SELECT … FOR UPDATE: the next buyer waits
    Pessimistic,
    /// FOR UPDATE NOWAIT: the next buyer gets an error and retries
    Nowait,
    /// FOR UPDATE SKIP LOCKED: the next buyer sees no row and retries
    SkipLocked,
    /// Write only if the version has not changed since the read
    Optimistic,
    /// A transaction at REPEATABLE READ, retried when it fails
    RepeatableRead,
    /// A transaction at SERIALIZABLE, retried when it fails
    Serializable,
    /// One UPDATE that checks and takes at once
    Atomic,
    /// A lock in the database on the item's name
    Advisory,
    /// A lock on the item inside this process
    Mutex,
    /// One session does all the work; the others stand by
    Leader,
    /// The whole purchase in one call to a stored procedure
    Procedure,
    /// One buyer buys for everyone waiting, in one transaction
    Combine,
    /// The stock split over several rows: each buyer takes from a free one
    Buckets,
    /// One row per unit: each buyer takes free rows
    UnitRows,
}

/// What a student should take away from a strategy.
#[derive(Clone, Copy, Debug, Serialize, schemars::JsonSchema)]
pub struct Lesson {
    /// Why it works, or seems to.
    pub idea: &'static str,
    /// When it fails.
    pub fails: &'static str,
    /// What it costs.
    pub cost: &'static str,
}

impl Strategy {
    /// The row: guard, isolation, read, write, and layers if it has any.
    ///
    /// ```
    /// use lockbench::model::strategy::{Read, Strategy};
    ///
    /// assert_eq!(Strategy::Pessimistic.plan().read, Read::ForUpdate);
    /// ```
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

    /// What the strategy promises in that deployment; `None` where it cannot be run.
    ///
    /// ```
    /// use lockbench::db::{Backend, Engine};
    /// use lockbench::model::strategy::{Promise, Strategy};
    ///
    /// let engine = Engine::of(Backend::Postgres);
    /// assert_eq!(Strategy::Naive.promise(engine), Some(Promise::Unsafe));
    /// assert_eq!(Strategy::Pessimistic.promise(engine), Some(Promise::Safe));
    /// ```
    pub fn promise(self, deployment: impl Into<Deployment>) -> Option<Promise> {
        let deployment = deployment.into();
        let engine = deployment.engine;
        if self.plan().refusal_in(deployment).is_some() {
            return None;
        }
        let for_the_rows = match (self, engine.backend) {
            (Self::Naive, _) => Promise::Unsafe,
            // Every SQLite transaction is serializable, whatever level it asks for.
            (Self::Transaction, Backend::Sqlite) => Promise::Safe,
            (Self::Transaction, _) => Promise::Unsafe,
            (Self::RepeatableRead, _) if !engine.snapshot_isolation => Promise::Unsafe,
            // A mutex ends at the process boundary; SQLite's transactions do not need it.
            (Self::Mutex, Backend::Postgres | Backend::Mysql) if deployment.servers > 1 => {
                Promise::Unsafe
            }
            _ => Promise::Safe,
        };
        Some(for_the_rows.for_effects_too(&self.plan(), deployment))
    }

    /// The strategy whose row `plan` is, if it has a name.
    pub(crate) fn named(plan: &Plan) -> Option<Self> {
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
                "Read how many are left and, if there are enough, write the new number back. Correct as long as nobody else is buying.",
                "Two buyers read the same number, both find enough, and the second write overwrites the first (a lost update). Both have a sale, but the stock went down once.",
                "The cheapest there is, and wrong.",
            ),
            Self::Transaction => (
                "Wrap it in BEGIN and COMMIT. A transaction makes the purchase all or nothing; many expect it to keep others out as well.",
                "At READ COMMITTED a plain SELECT locks nothing, so two transactions read the same number just as before. On SQLite it works, because every transaction there is serializable: the second writer is refused (SQLITE_BUSY) and must start over.",
                "Two more round trips than naive.",
            ),
            Self::Pessimistic => (
                "Lock the row while reading it. The next buyer waits until the first has committed, and then reads the stock that is left.",
                "Outside a transaction the lock ends with the SELECT. A purchase of several items can deadlock when two buyers lock them in opposite orders.",
                "Every buyer of an item waits for the whole transaction of the one before; a slow buyer holds everybody up.",
            ),
            Self::Nowait => (
                "Lock the row, but do not wait for it: if somebody else has it locked, fail at once and let the application decide when to retry.",
                "A program that does not retry turns buyers away while there is stock.",
                "No waiting inside the database, but many attempts, and buyers are no longer served in order of arrival.",
            ),
            Self::SkipLocked => (
                "Ask only for rows that nobody has locked. Made for queues, where any free row will do.",
                "For one particular item an empty result means \"in use\", not \"sold out\": a program that confuses the two turns buyers away while there is stock. Here it counts as a conflict, and the purchase is retried.",
                "Like NOWAIT: no waiting, many attempts.",
            ),
            Self::Optimistic => (
                "Lock nothing. Give the row a version, and write only if the version has not changed since the read; if another buyer was faster, start over.",
                "The program must check how many rows the UPDATE changed; if it does not, this is the naive strategy. On a hot row most attempts fail.",
                "Nothing while buyers seldom collide; a repeated purchase each time they do.",
            ),
            Self::RepeatableRead => (
                "Ask for one unchanging view of the data. PostgreSQL then refuses to UPDATE a row that has changed since, with a serialization failure, and the purchase starts over.",
                "The level's name promises less than PostgreSQL delivers: other databases have a level of the same name that lets the update through and loses one of the two. Without a retry the buyer sees the error.",
                "Like optimistic, with the check in the database.",
            ),
            Self::Serializable => (
                "Ask for a result as if all purchases had run one after the other, and leave the rest to the database.",
                "Any statement, COMMIT included, can fail with a serialization failure; the whole transaction must be retried. On a tiny table PostgreSQL tracks reads by page, so buyers of different items conflict as well.",
                "The database tracks every read; more retries than repeatable read.",
            ),
            Self::Atomic => (
                "Do not read at all. One UPDATE takes the units, and its WHERE clause checks that there are enough; if it changed no row, the item is sold out.",
                "It works only where check and change fit into one statement. A decision that the program must make in between does not fit.",
                "The fewest round trips of all correct strategies without a layer, and the row is locked for the shortest time.",
            ),
            Self::Advisory => (
                "Lock a name instead of a row, from before the transaction begins until after it has committed.",
                "It protects only against code that takes the same lock; one UPDATE elsewhere that does not is enough to break it. Released before COMMIT, or lost in a connection pooler that shares sessions, it protects against nobody.",
                "Two more round trips than pessimistic. SQLite has no advisory locks.",
            ),
            Self::Mutex => (
                "Have the program itself admit one buyer at a time to each item.",
                "It ends at the process boundary: two servers know nothing of each other's locks.",
                "Nothing in the database; waiting costs almost nothing.",
            ),
            Self::Leader => (
                "Let one session do all the work. It holds a lock in the database for as long as it lives; when it dies, the database gives the lock to the next session, which takes over.",
                "A leader that is merely cut off from the database does not know that it is no longer the leader: what it does outside the database may overlap with the work of its successor.",
                "The throughput of one session, however many there are.",
            ),
            Self::Procedure => (
                "Send the whole purchase in one message: a procedure in the database checks, takes and records. The row is locked while the server works and commits, but never while a message is on the network.",
                "Anything the program must decide, or do elsewhere, between check and record does not fit. The procedure is a part of the application that lives in the database, and is deployed separately.",
                "One round trip. SQLite has no stored procedures.",
            ),
            Self::Combine => (
                "Queue inside the program. The first in the queue leads: it buys for everybody who has arrived meanwhile, in one transaction, and wakes them once that is committed. Near the end of the stock, the orders that still fit are served in order of arrival.",
                "A failure hits the whole batch, and each member must retry; a buyer whose leader died can learn only from the ledger what became of its order. A program that forgets either loses orders.",
                "Waiting for the previous batch; in return, one round trip, one lock and one flush to disk for all, however many there are.",
            ),
            Self::Buckets => (
                "Split the stock over eight rows. Each buyer looks for an unlocked row with enough units, so eight can buy at once.",
                "If no row had enough, or all were locked, the item is not necessarily sold out: the units may be spread over several rows, or come back. A program that says no without locking all the rows and adding them up turns buyers away while there is stock.",
                "Eight rows to maintain and to add up; near the end of the stock buyers wait for each other as they do for one row.",
            ),
            Self::UnitRows => (
                "Give each unit a row, and let a buyer lock as many free ones as it wants. Nobody waits for anybody until there are fewer free rows than buyers want.",
                "Locked rows may become free again, so too few free rows does not mean sold out. A program that does not look again, this time waiting for the locks, turns buyers away while there is stock.",
                "One row per unit, to be created and deleted; the more units an order wants, the more rows it locks.",
            ),
        };
        Lesson { idea, fails, cost }
    }
}

named_as_on_the_command_line!(Strategy);

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
