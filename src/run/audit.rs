//! The verdict: what the buyers were told, checked against what the database says.
//!
//! Neither is believed alone. A program that only counts its own sales sees no lost update; a
//! program that only reads the tables does not know what it promised to whom.

mod books;
mod effects;
mod outcome_counts;
mod recorded;
mod violations;

use std::collections::BTreeSet;

use serde::Serialize;

#[doc(hidden)]
pub use books::Books;
pub use effects::{Effects, Invoice};
pub use outcome_counts::OutcomeCounts;
#[doc(hidden)]
pub use recorded::{Events, Recorded};
pub use violations::Violations;
pub(crate) use violations::{ForEachViolation, gravest};

use crate::hammer::{OrderOutcomes, Outcome};
use crate::model::load::Load;
use crate::model::order::{Basket, Order};
use crate::model::scenario::{Excess, Scenario};

/// Where the units went, over all items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Stock {
    /// For sale at the start.
    pub initial: i64,
    /// Put back, by the ledger.
    pub restocked: i64,
    /// Sold, by what the buyers were told.
    pub sold_units: i64,
    /// Sold, by the ledger.
    pub ledger_units: i64,
    /// What the items say is left.
    #[serde(rename = "final")]
    pub left: i64,
}

/// What an audit found.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// How the orders ended.
    pub outcomes: OutcomeCounts,
    /// Where the units went.
    pub stock: Stock,
    /// What is wrong.
    pub violations: Violations,
    /// Units actually sold: those in the ledger that were there to sell.
    pub truly_sold: i64,
}

/// Holds what the buyers were `told` against the `books`.
#[doc(hidden)]
pub fn audit(scenario: Scenario, load: &Load, told: &OrderOutcomes, books: &Books) -> Audit {
    let mut audit = Audit::default();
    balance_items(scenario, load, books, &mut audit);
    if scenario.publishes() {
        count_events(books, &mut audit.violations);
    }
    let ledger = &books.ledger;
    audit.violations.duplicate_sales = ledger.duplicates();
    audit.violations.phantom_sales = ledger.without_a_buyer(told);
    let complete = |basket: &Basket| basket.orders().iter().all(|order| ledger.has(order));
    // Several buyers may have one key: a row of the ledger is one sale, whoever made it.
    let acknowledged = told.keys(Outcome::Done);
    let mut found_again = BTreeSet::new();
    let mut explained = acknowledged.clone();
    for basket in told.ended(Outcome::Unknown).filter(complete) {
        let orders = basket.orders().iter();
        explained.extend(orders.map(|order| order.key.cast_unsigned()));
    }
    for (basket, outcome) in told.iter() {
        match outcome {
            Outcome::Done => {
                let missing = basket.orders().iter().filter(|order| !ledger.has(order));
                audit.violations.missing_sales += missing.count() as u64;
                audit.count_done(&basket);
            }
            Outcome::Unknown
                if complete(&basket)
                    && !acknowledged.contains(basket.key().cast_unsigned())
                    && found_again.insert(basket.key()) =>
            {
                audit.outcomes.unknown_found += 1;
                audit.count_done(&basket);
            }
            _ => {
                // Recorded by another buyer, where several have the same key.
                let taken = |order: &&Order| {
                    ledger.has_key(order.key) && !explained.contains(order.key.cast_unsigned())
                };
                audit.violations.phantom_sales +=
                    basket.orders().iter().filter(taken).count() as u64;
                audit.count_undone(outcome);
                if outcome == Outcome::SoldOut && remained(load, books, &basket) {
                    audit.violations.false_sold_out += 1;
                }
            }
        }
    }
    audit
}

/// Whether enough for the whole basket remained to the end. Restocks are left out of account:
/// they may have come too late for this buyer. So this can miss some, and never counts a
/// rightful one.
fn remained(load: &Load, books: &Books, basket: &Basket) -> bool {
    let sold = |item| books.sold.get(&item).copied().unwrap_or(0);
    let enough = |order: &Order| load.stock - sold(order.item) >= order.quantity;
    basket.orders().iter().all(enough)
}

impl Audit {
    fn count_done(&mut self, basket: &Basket) {
        if basket.is_restock() {
            self.outcomes.restocked += 1;
            return;
        }
        self.outcomes.sold += 1;
        let units = basket.orders().iter().map(|order| order.quantity);
        self.stock.sold_units += units.sum::<i64>();
    }

    fn count_undone(&mut self, outcome: Outcome) {
        let outcomes = &mut self.outcomes;
        match outcome {
            Outcome::SoldOut => outcomes.sold_out += 1,
            Outcome::InUse => outcomes.in_use += 1,
            Outcome::Failed => outcomes.failed += 1,
            Outcome::Unknown => {
                outcomes.unknown_not_found += 1;
                outcomes.gave_up += 1;
            }
            Outcome::GaveUp | Outcome::Done => outcomes.gave_up += 1,
        }
    }
}

/// Item by item: a surplus of one does not make up for the lack of another.
fn balance_items(scenario: Scenario, load: &Load, books: &Books, audit: &mut Audit) {
    audit.stock.initial = load.units();
    let mut exceeded = 0;
    for (&item, &left) in &books.stocks {
        let sold = books.sold.get(&item).copied().unwrap_or(0);
        let restocked = books.restocked.get(&item).copied().unwrap_or(0);
        let available = load.stock + restocked;
        audit.stock.restocked += restocked;
        audit.stock.ledger_units += sold;
        audit.stock.left += left;
        audit.truly_sold += sold.min(available);
        exceeded += (sold - available).max(0).unsigned_abs();
        audit.violations.lost_updates += (available - sold - left).unsigned_abs();
        audit.violations.negative_stock += left.min(0).unsigned_abs();
    }
    match scenario.excess() {
        Excess::Overspent => audit.violations.overspent = exceeded,
        Excess::Oversold => audit.violations.oversold = exceeded,
    }
}

/// One event for each sale, and no other.
fn count_events(books: &Books, violations: &mut Violations) {
    let (sales, told) = (books.ledger.sales(), books.events.orders());
    violations.missing_events = (sales - told).len();
    let repeated = books.events.count() - told.len();
    violations.surplus_events = (told - sales).len() + repeated;
}
