//! Every row in every schedule of two buyers: it keeps what is promised of it, and what is left
//! out as equivalent hides nothing, so that pruned and unpruned explorations find the same final
//! states.

use std::collections::BTreeSet;

use clap::ValueEnum;
use lockbench::db::{Backend, Database, Engine};
use lockbench::explore::{End, Explored, Pruning};
use lockbench::model::mistake::Mistake;
use lockbench::model::named::Named;
use lockbench::model::strategy::{Dispatch, Promise, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::proof::purchases::{Purchases, ShopState};

use crate::common;
use crate::common::explored::{explore_pruning, two};

/// The final states but those that a bound has cut off.
fn states(found: &Explored<ShopState>) -> BTreeSet<End<ShopState>> {
    let whole = found.final_states.iter().filter(|state| !state.cut);
    whole.map(|state| state.state.clone()).collect()
}

/// Gives what the one that leaves out less has found.
fn assert_same(
    database: &Database,
    wanted: &Purchases,
    less: Pruning,
    more: Pruning,
) -> Explored<ShopState> {
    let all = explore_pruning(database, wanted, less);
    let pruned = explore_pruning(database, wanted, more);
    let name = &wanted.candidate.name;
    assert_eq!(states(&all), states(&pruned), "{name}");
    assert_eq!(all.broken > 0, pruned.broken > 0, "{name}");
    assert!(pruned.schedules <= all.schedules, "{name}");
    all
}

fn every(backend: Backend) -> Vec<Named> {
    let strategies = Strategy::value_variants().iter().copied().map(Named::from);
    let mistakes = Mistake::value_variants().iter().copied().map(Named::from);
    let engine = Engine::of(backend);
    strategies
        .chain(mistakes)
        .filter(|row| row.promise(engine).is_some())
        .collect()
}

/// And every row does in every schedule what is promised of it.
fn assert_two_buyers(backend: Backend) {
    let database = common::Alone::new(backend);
    for row in every(backend) {
        let found = assert_same(&database, &two(row), Pruning::Retries, Pruning::Equivalent);
        // With one in stock nobody is turned away wrongly: the tests of each server see to that.
        if row != Named::from(Mistake::SkippedIsSoldOut) {
            assert_promise(row, backend, &found);
        }
    }
}

fn assert_promise(row: Named, backend: Backend, found: &Explored<ShopState>) {
    match row.promise(Engine::of(backend)) {
        // A purchase that is one message comes before the other or after it: that shows nothing.
        Some(Promise::Safe) if row.plan().dispatch == Dispatch::Procedure => {
            assert_eq!(found.verdict(), Verdict::Inconclusive, "{row}: {found}");
            assert_eq!((found.broken, found.schedules), (0, 2), "{row}: {found}");
        }
        Some(Promise::Safe) => {
            assert_eq!(found.verdict(), Verdict::Safe, "{row}: {found}");
            assert!(found.schedules >= 6, "{row}: {found}");
        }
        Some(Promise::Unsafe) => assert_eq!(found.verdict(), Verdict::Unsafe, "{row}: {found}"),
        Some(Promise::Deadlocks) => assert!(found.deadlocked > 0, "{row}: {found}"),
        Some(Promise::GivesUp) | None => {}
    }
}

/// Refused buyers that try again at any time find nothing more than those that wait.
fn assert_retries(backend: Backend) {
    let database = common::Alone::new(backend);
    for row in every(backend) {
        let mut wanted = two(row);
        wanted.max_attempts = 2;
        assert_same(&database, &wanted, Pruning::None, Pruning::Retries);
    }
}

#[test]
fn two_buyers_on_sqlite() {
    assert_two_buyers(Backend::Sqlite);
}

#[test]
fn two_buyers_on_postgres() {
    assert_two_buyers(Backend::Postgres);
}

#[cfg(feature = "mysql")]
#[test]
fn two_buyers_on_mariadb() {
    assert_two_buyers(Backend::Mysql);
}

#[test]
fn two_buyers_who_try_again_at_any_time() {
    assert_retries(Backend::Sqlite);
    assert_retries(Backend::Postgres);
}

#[test]
fn three_buyers_of_two_units_on_postgres() {
    let database = common::database(Backend::Postgres);
    for strategy in [
        Strategy::Naive,
        Strategy::Pessimistic,
        Strategy::Atomic,
        Strategy::Mutex,
    ] {
        let wanted = Purchases {
            sessions: 3,
            stock: 2,
            max_attempts: 5,
            ..two(strategy)
        };
        assert_same(&database, &wanted, Pruning::Retries, Pruning::Equivalent);
    }
}
