//! Two buyers on MariaDB, in every order. `pruning.rs` goes through every row.

#![cfg(feature = "mysql")]

use lockbench::db::server::ServerOptions;
use lockbench::db::{Address, Backend, Database};
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::mistake::Mistake;
use lockbench::model::strategy::{Isolation, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::proof::purchases::Purchases;

use crate::common;
use crate::common::explored::{explore, two};
use crate::common::mariadb;

#[test]
fn naive_oversells_in_12_of_16_schedules_and_a_transaction_in_80_of_92() {
    let database = common::Alone::new(Backend::Mysql);
    for (strategy, counts) in [
        (Strategy::Naive, (12, 16)),
        (Strategy::Transaction, (80, 92)),
    ] {
        let found = explore(&database, &two(strategy));
        assert_eq!((found.broken, found.schedules), counts, "{found}");
    }
}

#[test]
fn for_update_oversells_in_none_of_36_schedules_and_outside_a_transaction_in_some() {
    let database = common::Alone::new(Backend::Mysql);
    let found = explore(&database, &two(Strategy::Pessimistic));
    assert_eq!((found.broken, found.schedules), (0, 36), "{found}");
    assert!(found.waited > 0);
    let overrides = Overrides {
        isolation: Some(Isolation::Autocommit),
        ..Overrides::default()
    };
    let found = explore(
        &database,
        &two(Candidate::new(Strategy::Pessimistic, overrides)),
    );
    assert_eq!(found.verdict(), Verdict::Unsafe);
}

#[test]
fn repeatable_read_is_as_safe_as_snapshot_isolation_makes_it() {
    let off = explore(
        &common::Alone::new(Backend::Mysql),
        &two(Strategy::RepeatableRead),
    );
    assert_eq!(off.verdict(), Verdict::Unsafe, "{off}");
    let server = mariadb::start(&["innodb_snapshot_isolation=ON"]);
    let address: Address = server.url().parse().expect("its own URL");
    let database = Database::open(&address, &ServerOptions::default()).expect("a database");
    let on = explore(&database, &two(Strategy::RepeatableRead));
    assert_eq!(on.verdict(), Verdict::Safe, "{on}");
}

#[test]
fn skip_locked_taken_for_sold_out_turns_buyers_away_while_there_is_stock() {
    let wanted = Purchases {
        stock: 2,
        ..two(Mistake::SkippedIsSoldOut)
    };
    let found = explore(&common::Alone::new(Backend::Mysql), &wanted);
    assert!(found.marked("false_sold_out") > 0, "{found}");
    assert_eq!(found.verdict(), Verdict::Unsafe, "{found}");
}
