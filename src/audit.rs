//! The verdict: what the buyers were told, held against what the database says.
//!
//! Neither is believed alone. A program that only counts its own sales sees no lost update; a
//! program that only reads the tables does not know what it promised to whom.

mod books;
mod effects;
mod outcomes;
mod violations;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use books::Books;
pub use effects::{Effects, Invoice};
pub use outcomes::Outcomes;
pub use violations::Violations;

use crate::hammer::Ending;
use crate::ledger::Entry;
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

/// Holds the buyers' `endings` against the `books`.
pub fn audit(
    scenario: Scenario,
    load: &Load,
    endings: &[(Basket, Ending)],
    books: &Books,
) -> Audit {
    let mut audit = Audit::default();
    balance_items(scenario, load, books, &mut audit);
    if scenario.publishes() {
        count_events(books, &mut audit.violations);
    }
    let ledger = Ledger::of(&books.entries);
    audit.violations.duplicate_sales = ledger.duplicates();
    audit.violations.phantom_sales = ledger.without_a_buyer(endings);
    let acknowledged = keys(endings, |ending| ending == Ending::Done);
    let complete = |basket: &Basket| basket.orders().iter().all(|order| ledger.has(order));
    // Several buyers may have one key: a row of the ledger is one sale, whoever made it.
    let mut found_again = BTreeSet::new();
    let lost = endings
        .iter()
        .filter(|(_, ending)| *ending == Ending::Unknown);
    let lost = lost.filter(|(basket, _)| complete(basket));
    let explained: BTreeSet<i64> = lost
        .flat_map(|(basket, _)| basket.orders().iter().map(|order| order.key))
        .chain(acknowledged.iter().copied())
        .collect();
    for (basket, ending) in endings {
        match ending {
            Ending::Done => {
                let missing = basket.orders().iter().filter(|order| !ledger.has(order));
                audit.violations.missing_sales += missing.count() as u64;
                audit.count_done(basket);
            }
            Ending::Unknown
                if complete(basket)
                    && !acknowledged.contains(&basket.key())
                    && found_again.insert(basket.key()) =>
            {
                audit.outcomes.unknown_found += 1;
                audit.count_done(basket);
            }
            _ => {
                // Recorded by another buyer, where several have the same key.
                let taken =
                    |order: &&Order| ledger.has_key(order.key) && !explained.contains(&order.key);
                audit.violations.phantom_sales +=
                    basket.orders().iter().filter(taken).count() as u64;
                audit.count_undone(*ending);
                if *ending == Ending::SoldOut && remained(load, books, basket) {
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

/// The keys of all orders that ended in such a way.
fn keys(endings: &[(Basket, Ending)], which: impl Fn(Ending) -> bool) -> BTreeSet<i64> {
    endings
        .iter()
        .filter(|(_, ending)| which(*ending))
        .flat_map(|(basket, _)| basket.orders().iter().map(|order| order.key))
        .collect()
}

/// The ledger's rows by their key.
struct Ledger<'a>(BTreeMap<i64, Vec<&'a Entry>>);

impl<'a> Ledger<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        let mut by_key: BTreeMap<i64, Vec<&Entry>> = BTreeMap::new();
        for entry in entries {
            by_key.entry(entry.order_key).or_default().push(entry);
        }
        Self(by_key)
    }

    fn has_key(&self, key: i64) -> bool {
        self.0.contains_key(&key)
    }

    /// Whether the order is in it, as ordered.
    fn has(&self, order: &Order) -> bool {
        let as_ordered =
            |entry: &&Entry| entry.item_id == order.item && entry.delta == -order.quantity;
        let rows = self.0.get(&order.key);
        rows.is_some_and(|rows| rows.iter().any(as_ordered))
    }

    fn duplicates(&self) -> u64 {
        self.0.values().map(|rows| rows.len() as u64 - 1).sum()
    }

    /// Rows that no buyer knows of, whatever he was told.
    fn without_a_buyer(&self, endings: &[(Basket, Ending)]) -> u64 {
        let known = keys(endings, |_| true);
        let strangers = self.0.iter().filter(|(key, _)| !known.contains(key));
        strangers.map(|(_, rows)| rows.len() as u64).sum()
    }
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
    let sales = books.entries.iter().filter(|entry| entry.delta < 0);
    let sales: BTreeSet<i64> = sales.map(|entry| entry.order_key).collect();
    let told: BTreeSet<i64> = books.events.iter().copied().collect();
    violations.missing_events = sales.difference(&told).count() as u64;
    let repeated = books.events.len() - told.len();
    violations.surplus_events = (told.difference(&sales).count() + repeated) as u64;
}
