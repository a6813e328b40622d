//! A buyer, on a session of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Purchases;
use super::outcome::{BuyerOutcome, BuyerOutcomes};
use crate::db::AnyConnection;
use crate::explore::{act, begin_again, note};
use crate::model::order::{Basket, Order};
use crate::purchase::coordinator::Lobby;
use crate::purchase::guard;
use crate::purchase::{Next, PurchaseContext, Seen, attempt};

pub(super) const NO_ROW: &str = "no row";

/// A buyer: tries until the order is settled, as those of `lockbench run` do, but without a
/// pause, and with few attempts.
pub(super) fn buyer(
    wanted: &Purchases,
    key: usize,
    lobby: &Arc<Lobby>,
    bills: &Arc<AtomicU64>,
    outcomes: &BuyerOutcomes,
) -> impl FnMut(&mut AnyConnection) -> Result<BuyerOutcome, String> + Send + 'static {
    let lobby = Arc::clone(lobby);
    let bills = Arc::clone(bills);
    let outcomes = outcomes.clone();
    let basket = order(wanted, key as i64);
    let wanted = wanted.clone();
    move |connection| {
        let bill = |_: &Order| {
            act("bill the customer");
            match bills.fetch_add(1, Relaxed) {
                0 => note("billed"),
                before => note(format!("billed, {before} times before")),
            }
            Ok(())
        };
        let context = PurchaseContext {
            watch: &|seen| note(in_words(seen)),
            effect: wanted.scenario.bills().then_some(&bill),
            publishes: wanted.scenario.publishes(),
            ..PurchaseContext::new(wanted.candidate.plan, &lobby, wanted.stock)
        };
        let ending = settle(connection, &context, &basket, wanted.max_attempts);
        guard::resign(connection, context.plan.guard);
        ending.inspect(|outcome| outcomes.tell(key, *outcome))
    }
}

pub(super) fn order(wanted: &Purchases, key: i64) -> Basket {
    let order = Order {
        key,
        item: 1,
        quantity: wanted.quantity,
    };
    order.into()
}

fn settle(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    basket: &Basket,
    max_attempts: u32,
) -> Result<BuyerOutcome, String> {
    for number in 1..=max_attempts {
        match Next::after(attempt(connection, context, basket), number, false) {
            Next::Done => return Ok(BuyerOutcome::Sold),
            Next::SoldOut => return Ok(BuyerOutcome::SoldOut),
            Next::GaveUp => return Ok(BuyerOutcome::GaveUp),
            Next::Failed(words) => return Err(words),
            Next::LookUp => return Err("the connection was lost".to_owned()),
            Next::TryAgain(_) if number == max_attempts => {}
            Next::TryAgain(_) => begin_again(),
        }
    }
    Ok(BuyerOutcome::OutOfAttempts)
}

fn in_words(seen: Seen) -> String {
    match seen {
        Seen::Item(Some(item)) => format!("stock = {}, version = {}", item.stock, item.version),
        Seen::Item(None) => NO_ROW.to_owned(),
        Seen::Units(units) => format!("units = {units}"),
        Seen::Moved(units) => format!("sum = {units}"),
        Seen::Changed(1) => "1 row".to_owned(),
        Seen::Changed(rows) => format!("{rows} rows"),
    }
}
