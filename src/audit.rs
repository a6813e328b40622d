//! The verdict: what the buyers were told, held against what the database says.
//!
//! Neither is believed alone. A program that only counts its own sales sees no lost update; a
//! program that only reads the tables does not know what it promised to whom.

mod books;
mod violations;

use serde::Serialize;

pub use books::Books;
pub use violations::Violations;

use crate::hammer::Ending;
use crate::ledger::Entry;
use crate::load::Load;
use crate::order::Orders;

/// How the orders ended, after every unknown end has been looked up in the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// Purchases carried out.
    pub sold: u64,
    /// Deliveries carried out.
    pub restocked: u64,
    /// Purchases turned away for want of stock.
    pub sold_out: u64,
    /// Orders whose attempts were used up.
    pub gave_up: u64,
    /// Orders that an error ended.
    pub failed: u64,
    /// Orders of which nobody knows whether they were carried out.
    pub unknown: u64,
    /// Orders whose end was unknown, and that the ledger has.
    pub unknown_found: u64,
    /// Orders whose end was unknown, and that the ledger does not have: given up.
    pub unknown_not_found: u64,
}

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

/// Holds the buyers' `endings`, sorted by key, against the `books`.
pub fn audit(load: &Load, endings: &[(i64, Ending)], books: &Books) -> Audit {
    let orders = Orders::new(load);
    let mut audit = Audit::default();
    balance_items(load, books, &mut audit);
    let sold = |item| books.sold.get(&item).copied().unwrap_or(0);
    let mut entries = books.entries.as_slice();
    for &(key, ending) in endings {
        // Whatever lies before this order in the ledger, no buyer knows of.
        let strangers = take_while(&mut entries, |entry| entry.order_key < key);
        audit.violations.phantom_sales += strangers.len() as u64;
        let own = take_while(&mut entries, |entry| entry.order_key == key);
        audit.violations.duplicate_sales += own.len().saturating_sub(1) as u64;
        let order = orders.get(key);
        let as_ordered =
            |entry: &Entry| entry.item_id == order.item && entry.delta == -order.quantity;
        match ending {
            Ending::Done => {
                if !own.iter().any(as_ordered) {
                    audit.violations.missing_sales += 1;
                }
                count_done(&mut audit, order.quantity);
            }
            Ending::Unknown if !own.is_empty() => {
                audit.outcomes.unknown_found += 1;
                count_done(&mut audit, order.quantity);
            }
            _ => {
                audit.violations.phantom_sales += u64::from(!own.is_empty());
                match ending {
                    Ending::SoldOut => {
                        audit.outcomes.sold_out += 1;
                        // Restocks are left out of account: they may have come too late for
                        // this buyer. So this can miss some, and never counts a rightful one.
                        let remained = load.stock - sold(order.item) >= order.quantity;
                        audit.violations.false_sold_out += u64::from(remained);
                    }
                    Ending::Failed => audit.outcomes.failed += 1,
                    Ending::Unknown => {
                        audit.outcomes.unknown_not_found += 1;
                        audit.outcomes.gave_up += 1;
                    }
                    Ending::GaveUp | Ending::Done => audit.outcomes.gave_up += 1,
                }
            }
        }
    }
    audit.violations.phantom_sales += entries.len() as u64;
    audit
}

fn count_done(audit: &mut Audit, quantity: i64) {
    if quantity > 0 {
        audit.outcomes.sold += 1;
        audit.stock.sold_units += quantity;
    } else {
        audit.outcomes.restocked += 1;
    }
}

/// Item by item: a surplus of one does not make up for the lack of another.
fn balance_items(load: &Load, books: &Books, audit: &mut Audit) {
    audit.stock.initial = load.units();
    for (&item, &left) in &books.stocks {
        let sold = books.sold.get(&item).copied().unwrap_or(0);
        let restocked = books.restocked.get(&item).copied().unwrap_or(0);
        let available = load.stock + restocked;
        audit.stock.restocked += restocked;
        audit.stock.ledger_units += sold;
        audit.stock.left += left;
        audit.truly_sold += sold.min(available);
        audit.violations.oversold += (sold - available).max(0).unsigned_abs();
        audit.violations.lost_updates += (available - sold - left).unsigned_abs();
        audit.violations.negative_stock += left.min(0).unsigned_abs();
    }
}

/// Cuts off the front of `entries` for as long as `belongs` says so.
fn take_while<'a>(entries: &mut &'a [Entry], belongs: impl Fn(&Entry) -> bool) -> &'a [Entry] {
    let end = entries.iter().position(|entry| !belongs(entry));
    let (taken, rest) = entries.split_at(end.unwrap_or(entries.len()));
    *entries = rest;
    taken
}
