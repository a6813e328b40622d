//! The verdict: what the buyers were told, held against what the database says.
//!
//! Neither is believed alone. A program that only counts its own sales sees no lost update; a
//! program that only reads the tables does not know what it promised to whom.

mod books;
mod effects;
mod outcomes;
mod recorded;
mod violations;

use std::collections::BTreeSet;

use serde::Serialize;

pub use books::Books;
pub use effects::{Effects, Invoice};
pub use outcomes::Outcomes;
pub use recorded::{Events, Recorded};
pub use violations::Violations;

use crate::hammer::{Ending, Told};
use crate::load::Load;
use crate::order::{Basket, Order};
use crate::scenario::Scenario;

/// Where the units went, over all items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// How the orders ended.
    pub outcomes: Outcomes,
    /// Where the units went.
    pub stock: Stock,
    /// What is wrong.
    pub violations: Violations,
    /// Units truly sold: those of the ledger that there were.
    pub truly_sold: i64,
}

/// Holds what the buyers were `told` against the `books`.
pub fn audit(scenario: Scenario, load: &Load, told: &Told, books: &Books) -> Audit {
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
    let acknowledged = told.keys(Ending::Done);
    let mut found_again = BTreeSet::new();
    let mut explained = acknowledged.clone();
    for basket in told.ended(Ending::Unknown).filter(complete) {
        let orders = basket.orders().iter();
        explained.extend(orders.map(|order| order.key.cast_unsigned()));
    }
    for (basket, ending) in told.iter() {
        match ending {
            Ending::Done => {
                let missing = basket.orders().iter().filter(|order| !ledger.has(order));
                audit.violations.missing_sales += missing.count() as u64;
                audit.count_done(&basket);
            }
            Ending::Unknown
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
                audit.count_undone(ending);
                if ending == Ending::SoldOut && remained(load, books, &basket) {
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

    fn count_undone(&mut self, ending: Ending) {
        let outcomes = &mut self.outcomes;
        match ending {
            Ending::SoldOut => outcomes.sold_out += 1,
            Ending::InUse => outcomes.in_use += 1,
            Ending::Failed => outcomes.failed += 1,
            Ending::Unknown => {
                outcomes.unknown_not_found += 1;
                outcomes.gave_up += 1;
            }
            Ending::GaveUp | Ending::Done => outcomes.gave_up += 1,
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
    match scenario {
        Scenario::Credit => audit.violations.overspent = exceeded,
        Scenario::Inventory | Scenario::Invoices => audit.violations.oversold = exceeded,
    }
}

/// One event for each sale, and no other.
fn count_events(books: &Books, violations: &mut Violations) {
    let (sales, told) = (books.ledger.sales(), books.events.orders());
    violations.missing_events = (sales - told).len();
    let repeated = books.events.count() - told.len();
    violations.surplus_events = (told - sales).len() + repeated;
}
