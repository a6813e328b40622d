//! A strategy that promises to be safe is safe, and its books balance by the test's own SQL.
//!
//! `LOCKBENCH_TEST_ROUNDS=100 cargo test --release --test all safe_strategies` is the full
//! acceptance; an ordinary test run repeats less often.

use std::time::Duration;

use lockbench::db::Backend;
use lockbench::model::load::Load;
use lockbench::model::verdict::Verdict;
use lockbench::run::Shop;

use crate::common;
use crate::common::books::assert_balanced;

/// How often each strategy is put to each load.
fn rounds() -> u64 {
    match std::env::var("LOCKBENCH_TEST_ROUNDS") {
        Ok(number) => number.parse().expect("LOCKBENCH_TEST_ROUNDS is a number"),
        Err(_) => 10,
    }
}

/// Puts every safe strategy to `load`, with another seed each round.
fn assert_all_safe(backend: Backend, load: &Load) {
    let database = common::database(backend);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    for strategy in common::safe_strategies(backend) {
        for seed in 1..=rounds() {
            let result = common::run(
                &mut shop,
                strategy,
                &Load {
                    seed,
                    ..load.clone()
                },
            );
            assert_eq!(result.verdict, Verdict::Safe, "{strategy}: {result:#?}");
            assert_balanced(&database, &result);
        }
    }
}

fn crowd() -> Load {
    Load {
        threads: 16,
        pool: 16,
        stock: 100,
        orders: Some(400),
        ..Load::default()
    }
}

fn crowd_that_thinks() -> Load {
    Load {
        hold: Duration::from_millis(1),
        ..crowd()
    }
}

fn crowd_that_restocks() -> Load {
    Load {
        restock: 0.4,
        ..crowd()
    }
}

fn crowd_with_favourites() -> Load {
    Load {
        items: 5,
        skew: 1.1,
        ..crowd()
    }
}

#[test]
fn a_crowd_on_sqlite() {
    assert_all_safe(Backend::Sqlite, &crowd());
}

#[test]
fn a_crowd_on_postgres() {
    assert_all_safe(Backend::Postgres, &crowd());
}

#[cfg(feature = "mysql")]
#[test]
fn a_crowd_on_mariadb() {
    assert_all_safe(Backend::Mysql, &crowd());
}

#[test]
fn a_crowd_that_thinks_on_sqlite() {
    assert_all_safe(Backend::Sqlite, &crowd_that_thinks());
}

#[test]
fn a_crowd_that_thinks_on_postgres() {
    assert_all_safe(Backend::Postgres, &crowd_that_thinks());
}

#[cfg(feature = "mysql")]
#[test]
fn a_crowd_that_thinks_on_mariadb() {
    assert_all_safe(Backend::Mysql, &crowd_that_thinks());
}

#[test]
fn a_crowd_that_restocks_on_sqlite() {
    assert_all_safe(Backend::Sqlite, &crowd_that_restocks());
}

#[test]
fn a_crowd_that_restocks_on_postgres() {
    assert_all_safe(Backend::Postgres, &crowd_that_restocks());
}

#[cfg(feature = "mysql")]
#[test]
fn a_crowd_that_restocks_on_mariadb() {
    assert_all_safe(Backend::Mysql, &crowd_that_restocks());
}

#[test]
fn a_crowd_with_favourites_on_sqlite() {
    assert_all_safe(Backend::Sqlite, &crowd_with_favourites());
}

#[test]
fn a_crowd_with_favourites_on_postgres() {
    assert_all_safe(Backend::Postgres, &crowd_with_favourites());
}

#[cfg(feature = "mysql")]
#[test]
fn a_crowd_with_favourites_on_mariadb() {
    assert_all_safe(Backend::Mysql, &crowd_with_favourites());
}

#[test]
fn more_purchases_than_restocks_end_at_exactly_zero() {
    let load = Load {
        restock: 0.3,
        orders: Some(1_000),
        // On a busy machine a buyer can be the victim of a hundred deadlocks in a row; this is
        // about what is left once everybody has been served.
        max_attempts: 10_000,
        ..crowd()
    };
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        for strategy in common::safe_strategies(backend) {
            let result = common::run(&mut shop, strategy, &load);
            assert_balanced(&database, &result);
            assert_eq!(
                result.outcomes.gave_up + result.outcomes.failed,
                0,
                "{result:#?}"
            );
            assert_eq!(result.stock.restocked, 300, "{strategy} on {backend}");
            assert_eq!(result.stock.left, 0, "{strategy} on {backend}: {result:#?}");
        }
    }
}
