//! A round in which there is plenty for everybody, so that any "sold out" is false.
//!
//! Where there is less than is asked for, a buyer who was turned away falsely is forgotten: what
//! was not sold to it is sold to the next.

use std::time::Duration;

use crate::db::Backend;
use crate::model::candidate::Candidate;
use crate::model::load::Load;
use crate::model::scenario::{Demand, Scenario};

/// Of so many buyers one in a hundred is met for sure, and if each is turned away with that
/// probability, all but once in 23,000 times.
pub(super) const ORDERS: i64 = 1_000;

/// Items to choose from: few enough for buyers to meet, and more than one, so that the round does
/// not take long.
const ITEMS: i64 = 4;

/// The load with plenty for everybody; `None` where nobody is turned away for want of stock, or
/// the candidate cannot serve it. Buyers do not think: what is to be seen needs no meeting, and
/// they meet all the same.
pub(super) fn plenty(
    candidate: &Candidate,
    backend: Backend,
    scenario: Scenario,
    load: &Load,
) -> Option<Load> {
    if scenario.demand() == Demand::List {
        return None;
    }
    let several = Load {
        items: load.items.max(ITEMS),
        ..load.clone()
    };
    let plenty = Load {
        // One story has a single account.
        items: match scenario.check(&several) {
            Ok(()) => several.items,
            Err(_) => load.items,
        },
        stock: load.quantity.most.saturating_mul(ORDERS),
        orders: Some(ORDERS),
        duration: None,
        until_empty: false,
        restock: 0.0,
        rate: None,
        hold: Duration::ZERO,
        warm_up: Duration::ZERO,
        ..load.clone()
    };
    let can_be_run = plenty.check().is_ok();
    (can_be_run && candidate.refusal(backend, scenario, &plenty).is_none()).then_some(plenty)
}
