//! A buyer, on a session of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Purchases;
use crate::db::AnyConnection;
use crate::explore::{act, begin_again, note};
use crate::guard;
use crate::lobby::Lobby;
use crate::order::{Basket, Order};
use crate::purchase::{Answer, Seen, Setback, Shop, attempt};

pub(super) const SOLD: &str = "sold";
pub(super) const SOLD_OUT: &str = "sold out";
pub(super) const GAVE_UP: &str = "gave up";
pub(super) const NO_ROW: &str = "no row";
pub(super) const CUT: &str = "used up its attempts";

/// A buyer: tries until the order is settled, as those of `lockbench run` do, but without a
/// pause, and with few attempts.
pub(super) fn buyer(
    wanted: &Purchases,
    key: usize,
    lobby: &Arc<Lobby>,
    bills: &Arc<AtomicU64>,
) -> impl FnMut(&mut AnyConnection) -> Result<&'static str, String> + Send + 'static {
    let lobby = Arc::clone(lobby);
    let bills = Arc::clone(bills);
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
        let shop = Shop {
            watch: &|seen| note(in_words(seen)),
            effect: wanted.scenario.bills().then_some(&bill),
            publishes: wanted.scenario.publishes(),
            ..Shop::new(wanted.contender.plan, &lobby, wanted.stock)
        };
        let ending = settle(connection, &shop, &basket, wanted.max_attempts);
        guard::resign(connection, shop.plan.guard);
        ending
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
    shop: &Shop<'_>,
    basket: &Basket,
    max_attempts: u32,
) -> Result<&'static str, String> {
    for number in 1..=max_attempts {
        match attempt(connection, shop, basket) {
            Ok(Answer::Done) => return Ok(SOLD),
            Ok(Answer::SoldOut) | Err(Setback::SoldOutHalfway | Setback::CameUpShort) => {
                return Ok(SOLD_OUT);
            }
            Err(Setback::AlreadyRecorded) if number > 1 => return Ok(SOLD),
            Err(Setback::AlreadyRecorded) => return Err("the order was there".to_owned()),
            Err(Setback::GaveUp) => return Ok(GAVE_UP),
            Err(Setback::Uncertain) => return Err("the connection was lost".to_owned()),
            Err(Setback::NoEffect(words)) => return Err(words),
            Err(Setback::Failed(error)) => return Err(error.to_string()),
            Err(Setback::Conflict(_)) if number == max_attempts => {}
            Err(Setback::Conflict(_)) => begin_again(),
        }
    }
    Ok(CUT)
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
