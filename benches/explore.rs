//! How many schedules a second an exploration runs: `cargo bench --bench explore`.

#![allow(clippy::print_stdout, missing_docs)]

use anyhow::Result;
use lockbench::db::server::ServerOptions;
use lockbench::db::{Address, Backend, Database};
use lockbench::model::scenario::Scenario;
use lockbench::model::strategy::Strategy;
use lockbench::proof::purchases::{Purchases, exploration};
use lockbench::run::Shop;

/// Enough for the start not to count.
const SCHEDULES: u64 = 5_000;

/// Schedules a second, at least, of a strategy whose schedules do not block, on a machine that
/// does nothing else.
const TARGET: f64 = 1_000.0;

fn main() -> Result<()> {
    let options = ServerOptions {
        connections: 10,
        quick_deadlocks: true,
        settings: ServerOptions::nothing_lasts(Backend::Postgres),
    };
    let database = Database::open(&Address::PrivatePostgres, &options)?;
    drop(Shop::open(&database)?);
    for strategy in [
        Strategy::Naive,
        Strategy::Transaction,
        Strategy::Pessimistic,
    ] {
        let wanted = Purchases {
            candidate: strategy.into(),
            scenario: Scenario::Inventory,
            sessions: 2,
            stock: 1,
            quantity: 1,
            max_attempts: 4,
            inside: lockbench::explore::Inside::Off,
        };
        let found = exploration(&database, &wanted)
            .random(SCHEDULES, 1)
            .explore()?;
        let speed = found.schedules as f64 / found.elapsed.as_secs_f64();
        let judged = match (found.waited, speed >= TARGET) {
            (0, true) => format!("no less than the {TARGET} it is to reach"),
            (0, false) => format!("short of the {TARGET} it is to reach on a quiet machine"),
            (waited, _) => format!("{waited} of {} with a wait", found.schedules),
        };
        println!("{strategy}: {speed:.0} schedules a second, {judged}");
    }
    Ok(())
}
