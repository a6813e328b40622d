//! Two buyers on PostgreSQL, in every order: what is known is found again.

mod common;

use common::explored::{explore, two};
use lockbench::contender::{Contender, Overrides};
use lockbench::db::Backend;
use lockbench::strategy::{Isolation, Strategy};
use lockbench::verdict::Verdict;

/// How many of how many schedules are broken.
fn counted(contender: impl Into<Contender>) -> (u64, u64) {
    let database = common::database(Backend::Postgres);
    let found = explore(&database, &two(contender));
    assert_eq!(found.cut, 0, "{found}");
    (found.broken, found.schedules)
}

#[test]
fn naive_oversells_in_12_of_16_schedules() {
    assert_eq!(counted(Strategy::Naive), (12, 16));
}

#[test]
fn a_transaction_alone_oversells_in_80_of_92_schedules() {
    assert_eq!(counted(Strategy::Transaction), (80, 92));
}

#[test]
fn for_update_oversells_in_none_of_36_schedules() {
    assert_eq!(counted(Strategy::Pessimistic), (0, 36));
}

#[test]
fn what_promises_to_be_safe_is_safe_in_every_schedule() {
    let database = common::database(Backend::Postgres);
    for strategy in common::safe_strategies(Backend::Postgres) {
        let found = explore(&database, &two(strategy));
        assert_eq!(found.verdict(), Verdict::Safe, "{strategy}: {found}");
        assert!(found.schedules > 5, "{strategy}: {found}");
    }
}

#[test]
fn for_update_outside_a_transaction_is_unsafe() {
    let overrides = Overrides {
        isolation: Some(Isolation::Autocommit),
        ..Overrides::default()
    };
    let (broken, _) = counted(Contender::new(Strategy::Pessimistic, overrides));
    assert!(broken > 0);
}
