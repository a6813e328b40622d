//! How many schedules a second an exploration runs: `cargo bench --bench explore`.

#![allow(clippy::print_stdout, missing_docs)]

use anyhow::Result;
use lockbench::db::server::ServerOptions;
use lockbench::db::{Address, Backend, Database};
use lockbench::explore::purchases::{Purchases, exploration};
use lockbench::run::Shop;
use lockbench::strategy::Strategy;

/// Enough for the start not to count.
const SCHEDULES: u64 = 5_000;

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
            contender: strategy.into(),
            sessions: 2,
            stock: 1,
            quantity: 1,
            max_attempts: 4,
        };
        let found = exploration(&database, &wanted)
            .0
            .random(SCHEDULES, 1)
            .explore()?;
        let seconds = found.elapsed.as_secs_f64();
        println!(
            "{strategy}: {:.0} schedules a second, {} of {} with a wait",
            found.schedules as f64 / seconds,
            found.waited,
            found.schedules
        );
    }
    Ok(())
}
