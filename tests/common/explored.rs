//! Explorations of the purchase routine, for tests.

#![allow(dead_code, missing_docs, unreachable_pub, clippy::expect_used)]

use std::time::Duration;

use lockbench::contender::Contender;
use lockbench::db::{AnyConnection, Database};
use lockbench::explore::purchases::{Purchases, exploration};
use lockbench::explore::{Exploration, Explored, Pruning};
use lockbench::run::Shop;
use lockbench::scenario::Scenario;

/// Two buyers of one unit each, and one in stock.
pub fn two(contender: impl Into<Contender>) -> Purchases {
    Purchases {
        contender: contender.into(),
        scenario: Scenario::Inventory,
        sessions: 2,
        stock: 1,
        quantity: 1,
        max_attempts: 4,
    }
}

/// Makes the tables, and gives what explores `wanted`.
pub fn prepare(database: &Database, wanted: &Purchases) -> Exploration<AnyConnection> {
    drop(Shop::open(database).expect("tables of the test's own"));
    exploration(database, wanted)
        .0
        .patience(Duration::from_secs(30))
}

/// Explores every schedule.
pub fn explore(database: &Database, wanted: &Purchases) -> Explored {
    prepare(database, wanted).explore().expect("an exploration")
}

/// The same, with equivalent schedules taken for one or not.
pub fn explore_pruning(database: &Database, wanted: &Purchases, pruning: Pruning) -> Explored {
    prepare(database, wanted)
        .pruning(pruning)
        .explore()
        .expect("an exploration")
}
