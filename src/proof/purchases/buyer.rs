//! A buyer, on a session of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Purchases;
use super::outcome::{BuyerOutcome, BuyerOutcomes};
use crate::db::AnyConnection;
use crate::explore::{act, begin_again, note};
use crate::model::order::{Basket, Order};
use crate::purchase::coordinator::Coordinator;
use crate::purchase::guard;
use crate::purchase::{NextStep, PurchaseContext, StatementResult, attempt};

pub(super) const NO_ROW: &str = "no row";

/// A buyer: tries until the order is settled, as those of `lockbench run` do, but without a
/// pause, and with few attempts.
pub(super) fn buyer(
    wanted: &Purchases,
    key: usize,
    coordinator: &Arc<Coordinator>,
    bills: &Arc<AtomicU64>,
    outcomes: &BuyerOutcomes,
) -> impl FnMut(&mut AnyConnection) -> Result<BuyerOutcome, String> + Send + 'static {
    let coordinator = Arc::clone(coordinator);
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
            ..PurchaseContext::new(wanted.candidate.plan, &coordinator, wanted.stock)
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
        match NextStep::after(attempt(connection, context, basket), number, false) {
            NextStep::Done => return Ok(BuyerOutcome::Sold),
            NextStep::SoldOut => return Ok(BuyerOutcome::SoldOut),
            NextStep::GaveUp => return Ok(BuyerOutcome::GaveUp),
            NextStep::Failed(words) => return Err(words),
            NextStep::LookUp => return Err("the connection was lost".to_owned()),
            NextStep::TryAgain(_) if number == max_attempts => {}
            NextStep::TryAgain(_) => begin_again(),
        }
    }
    Ok(BuyerOutcome::OutOfAttempts)
}

fn in_words(seen: StatementResult) -> String {
    match seen {
        StatementResult::Item(Some(item)) => {
            format!("stock = {}, version = {}", item.stock, item.version)
        }
        StatementResult::Item(None) => NO_ROW.to_owned(),
        StatementResult::Units(units) => format!("units = {units}"),
        StatementResult::Moved(units) => format!("sum = {units}"),
        StatementResult::Changed(1) => "1 row".to_owned(),
        StatementResult::Changed(rows) => format!("{rows} rows"),
    }
}
