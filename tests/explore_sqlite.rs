//! Two buyers on SQLite, in every order.

mod common;

use common::explored::{explore, two};
use lockbench::db::Backend;
use lockbench::mistake::Mistake;
use lockbench::strategy::{Promise, Strategy};
use lockbench::verdict::Verdict;

#[test]
fn naive_oversells_in_12_of_16_schedules() {
    let database = common::database(Backend::Sqlite);
    let found = explore(&database, &two(Strategy::Naive));
    assert_eq!((found.broken, found.schedules), (12, 16), "{found}");
    assert_eq!(found.waited, 0);
}

#[test]
fn what_promises_to_be_safe_is_safe_in_every_schedule() {
    let database = common::database(Backend::Sqlite);
    for strategy in common::safe_strategies(Backend::Sqlite) {
        let found = explore(&database, &two(strategy));
        assert_eq!(found.verdict(), Verdict::Safe, "{strategy}: {found}");
    }
}

#[test]
fn a_mistake_is_found_wherever_it_is_one() {
    let database = common::database(Backend::Sqlite);
    let engine = lockbench::db::Engine::of(Backend::Sqlite);
    for mistake in <Mistake as clap::ValueEnum>::value_variants() {
        if mistake.promise(engine) == Some(Promise::Unsafe) {
            let found = explore(&database, &two(*mistake));
            assert_eq!(found.verdict(), Verdict::Unsafe, "{mistake}: {found}");
        }
    }
}
