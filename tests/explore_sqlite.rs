//! Two buyers on SQLite, in every order. `explore_pruning` goes through every row.

mod common;

use common::explored::{explore, two};
use lockbench::db::Backend;
use lockbench::strategy::Strategy;

#[test]
fn naive_oversells_in_12_of_16_schedules() {
    let database = common::database(Backend::Sqlite);
    let found = explore(&database, &two(Strategy::Naive));
    assert_eq!((found.broken, found.schedules), (12, 16), "{found}");
    assert_eq!(found.waited, 0);
}
