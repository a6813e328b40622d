//! Which combinations of choices mean something, and why the others do not.

use super::{Deployment, Dispatch, Guard, Isolation, Layout, Plan, Read, Write};
use crate::db::Backend;

/// The most units that get a row each: creating more would take longer than anybody would wait.
pub const MOST_UNIT_ROWS: i64 = 1_000_000;

impl Plan {
    /// Why this combination means nothing on `backend`; `None` when it can be run.
    pub fn refusal(&self, backend: Backend) -> Option<String> {
        if self.read == Read::None {
            match self.write {
                Write::Assign => {
                    return Some("write `assign` computes the new stock from what was read, and read `none` reads nothing".to_owned());
                }
                Write::IfVersion | Write::IfVersionIgnored | Write::IfVersionAgain => {
                    return Some("write `if-version` compares with the version that was read, and read `none` reads nothing".to_owned());
                }
                Write::IfEnough | Write::Subtract => {}
            }
        }
        if let Some(why) = self.refused_dispatch(backend) {
            return Some(why.to_owned());
        }
        if let Some(why) = self.refused_layout() {
            return Some(why.to_owned());
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

    /// Why it cannot be used in that deployment; `None` when it can.
    pub(crate) fn refusal_in(&self, deployment: Deployment) -> Option<String> {
        self.refusal(deployment.engine.backend).or_else(|| {
            let effects = deployment.bills.then(|| self.refuses_effects());
            effects.flatten().map(str::to_owned)
        })
    }

    /// Why it cannot be used where taking has an effect outside the database, which comes
    /// between the check and the record of it; `None` when it can.
    pub(crate) fn refuses_effects(&self) -> Option<&'static str> {
        match (self.dispatch, self.layout) {
            (Dispatch::Combined, _) => Some(
                "dispatch `combined` takes for many at once, but each bill must go out between one customer's check and record",
            ),
            (Dispatch::Procedure, _) => Some(
                "dispatch `procedure` checks and records inside the database, but the bill must go out in between",
            ),
            (_, Layout::Buckets | Layout::UnitRows) => {
                Some("an invoice is a single unit, so there is nothing to split over several rows")
            }
            (Dispatch::Statements, Layout::OneRow) => None,
        }
    }

    /// Why it cannot serve baskets of so many different items, or that many units; `None` when
    /// it can.
    #[doc(hidden)]
    pub fn refuses_load(&self, basket: u32, units: i64) -> Option<String> {
        if basket > 1 {
            let why = match self.dispatch {
                Dispatch::Combined => {
                    "dispatch `combined` has one queue per item, and a basket would have to wait in several at once"
                }
                Dispatch::Procedure => {
                    "the procedure of dispatch `procedure` buys one item, and a basket is all or nothing"
                }
                Dispatch::Statements => "",
            };
            if !why.is_empty() {
                return Some(why.to_owned());
            }
        }
        (self.layout == Layout::UnitRows && units > MOST_UNIT_ROWS).then(|| {
            format!(
                "layout `unit-rows` would need {units} rows, one per unit, and the limit is {MOST_UNIT_ROWS}"
            )
        })
    }

    /// Why a purchase cannot be sent in that way.
    fn refused_dispatch(&self, backend: Backend) -> Option<&'static str> {
        let needs_no_look = self.read == Read::None && self.layout == Layout::OneRow;
        match self.dispatch {
            Dispatch::Statements => None,
            Dispatch::Combined if !needs_no_look => Some(
                "dispatch `combined` checks and takes for many at once, so no buyer reads: it needs read `none` and layout `one-row`",
            ),
            Dispatch::Combined if self.isolation != Isolation::ReadCommitted => Some(
                "dispatch `combined` runs a transaction of its own for each batch: it needs isolation `read-committed`",
            ),
            Dispatch::Combined if self.guard != Guard::None => Some(
                "dispatch `combined` sends one batch at a time to the database, and a guard around each buyer would leave nothing to combine",
            ),
            Dispatch::Combined if self.gate.is_some() => Some(
                "dispatch `combined` sends one batch at a time to the database, and a gate before each buyer would leave nothing to combine",
            ),
            Dispatch::Combined => None,
            Dispatch::Procedure if !needs_no_look || self.write != Write::IfEnough => Some(
                "the procedure of dispatch `procedure` is one UPDATE that checks and takes: it needs read `none`, write `if-enough` and layout `one-row`",
            ),
            Dispatch::Procedure if self.isolation != Isolation::ReadCommitted => Some(
                "the procedure of dispatch `procedure` is a transaction of its own: it needs isolation `read-committed`",
            ),
            Dispatch::Procedure => backend.refuses_procedures(),
        }
    }

    /// Why units laid out in several rows cannot be read or taken in that way.
    fn refused_layout(&self) -> Option<&'static str> {
        let locks_what_it_finds = matches!(
            self.read,
            Read::ForUpdate | Read::Nowait | Read::SkipLocked | Read::SkippedIsSoldOut
        );
        if self.layout == Layout::OneRow {
            None
        } else if !locks_what_it_finds || self.write != Write::Assign {
            Some(
                "units in several rows are first found and locked, then taken: that needs a read that locks for update, and write `assign`",
            )
        } else if self.isolation == Isolation::Autocommit {
            Some(
                "an order may have to take units from several rows, and only a transaction makes that all or nothing",
            )
        } else {
            None
        }
    }

    /// Why a mistake about *when* a lock is taken cannot be made.
    fn refused_before_lock(&self, backend: Backend) -> Option<&'static str> {
        let in_transaction = self.isolation != Isolation::Autocommit;
        if self.guard == Guard::AdvisoryLate && (!in_transaction || self.read == Read::None) {
            return Some(
                "guard `advisory-late` is taken after a transaction's first read, and there is none here",
            );
        }
        if self.guard == Guard::AdvisoryEarly && !in_transaction {
            return Some(
                "guard `advisory-early` is released before COMMIT, and there is no transaction here",
            );
        }
        if self.write == Write::IfVersionAgain && !in_transaction {
            return Some(
                "write `if-version-again` retries inside its transaction, and there is none here",
            );
        }
        (self.read == Read::BeforeLock)
            .then(|| backend.refuses_reading_before_locking())
            .flatten()
    }
}
