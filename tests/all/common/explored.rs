//! Explorations of the purchase routine, for tests.

use std::time::Duration;

use lockbench::db::{AnyConnection, Database};
use lockbench::explore::{Exploration, Explored, Inside, Pruning};
use lockbench::model::candidate::Candidate;
use lockbench::model::scenario::Scenario;
use lockbench::proof::purchases::{Purchases, ShopState, exploration};
use lockbench::run::Shop;

/// Two buyers of one unit each, and one in stock.
pub fn two(candidate: impl Into<Candidate>) -> Purchases {
    Purchases {
        candidate: candidate.into(),
        scenario: Scenario::Inventory,
        sessions: 2,
        stock: 1,
        quantity: 1,
        max_attempts: 4,
        inside: Inside::Off,
    }
}

/// Makes the tables, and gives what explores `wanted`.
pub fn prepare(database: &Database, wanted: &Purchases) -> Exploration<AnyConnection, ShopState> {
    Shop::open(database)
        .and_then(|mut shop| shop.ready_for(&wanted.candidate.plan))
        .expect("tables of the test's own");
    exploration(database, wanted).patience(Duration::from_secs(30))
}

/// Explores every schedule.
pub fn explore(database: &Database, wanted: &Purchases) -> Explored<ShopState> {
    prepare(database, wanted).explore().expect("an exploration")
}

/// The same, with equivalent schedules taken for one or not.
pub fn explore_pruning(
    database: &Database,
    wanted: &Purchases,
    pruning: Pruning,
) -> Explored<ShopState> {
    prepare(database, wanted)
        .pruning(pruning)
        .explore()
        .expect("an exploration")
}
