//! Two buyers on SQLite, in every order. `pruning.rs` goes through every row.

use std::time::Duration;

use lockbench::db::Backend;
use lockbench::explore::Pruning;
use lockbench::model::strategy::Strategy;
use lockbench::proof::purchases::Purchases;

use crate::common;
use crate::common::explored::{explore, prepare, two};

#[test]
fn naive_oversells_in_12_of_16_schedules() {
    let database = common::database(Backend::Sqlite);
    let found = explore(&database, &two(Strategy::Naive));
    assert_eq!((found.broken, found.schedules), (12, 16), "{found}");
    assert_eq!(found.waited, 0);
}

/// Two and three buyers, whose schedules are counted after they were estimated.
#[test]
fn the_number_of_schedules_is_estimated_before_they_are_run() {
    let database = common::database(Backend::Sqlite);
    for (strategy, sessions, pruning) in [
        (Strategy::Naive, 2, Pruning::Retries),
        (Strategy::Atomic, 2, Pruning::Retries),
        (Strategy::Transaction, 2, Pruning::Retries),
        (Strategy::Naive, 3, Pruning::Equivalent),
    ] {
        let wanted = Purchases {
            sessions,
            ..two(strategy)
        };
        let estimate = prepare(&database, &wanted)
            .pruning(pruning)
            .estimate(Duration::from_millis(500))
            .expect("an estimate");
        let found = prepare(&database, &wanted)
            .pruning(pruning)
            .explore()
            .expect("all schedules");
        let factor = estimate.schedules / found.schedules as f64;
        assert!(
            (0.5..2.0).contains(&factor),
            "{strategy} by {sessions}: {estimate}, and there are {}",
            found.schedules
        );
    }
}
