//! The pressure test: 500 restocks and 700 purchases of 1 to 20 units on a stock of 1, until
//! the buyers have emptied it. Original + restocks − sales = final = 0, by the test's own SQL.
//!
//! `LOCKBENCH_TEST_ROUNDS=20 cargo test --release --all-features --test all pressure` is the full
//! acceptance; an ordinary test run repeats less often.

use lockbench::db::Backend;
use lockbench::model::load::Load;
use lockbench::model::scenario::Preset;
use lockbench::model::strategy::Strategy;
use lockbench::model::verdict::Verdict;
use lockbench::run::{Request, Shop};

use crate::common;
use crate::common::books::{assert_balanced, sums};
use crate::common::stories::{number, run_until, servers};

/// The pressure preset. On a busy machine a buyer can meet others a hundred times in a row; this
/// is about what is left once everybody has been served.
fn pressure() -> Load {
    Load {
        max_attempts: 10_000,
        ..Preset::Pressure.load()
    }
}

/// How often each strategy is put to it.
fn rounds() -> u64 {
    match std::env::var("LOCKBENCH_TEST_ROUNDS") {
        Ok(number) => number.parse().expect("LOCKBENCH_TEST_ROUNDS is a number"),
        Err(_) => 1,
    }
}

fn assert_emptied(shop: &mut Shop<'_>, database: &lockbench::db::Database, request: &Request) {
    let strategy = &request.candidate.name;
    let result = common::run_request(shop, request);
    assert_eq!(result.verdict, Verdict::Safe, "{strategy}: {result:#?}");
    assert_balanced(database, &result);
    let sums = sums(database, 1);
    assert_eq!(sums.left, 0, "{strategy}: {result:#?}");
    let restocks = number(database, "COUNT(*) FROM lockbench_ledger WHERE delta > 0");
    assert_eq!(restocks, 500, "{strategy}: {result:#?}");
    assert_eq!(
        1 + result.stock.restocked - sums.sold_units,
        0,
        "{result:#?}"
    );
    assert_eq!(result.outcomes.gave_up, 0, "{strategy}: {result:#?}");
    assert!(result.attempts >= 1_200, "{strategy}: {result:#?}");
}

fn assert_each_safe_strategy_ends_at_zero(backend: Backend) {
    let database = common::database(backend);
    let mut shop = Shop::open(&database).unwrap();
    for strategy in common::safe_strategies(backend) {
        for seed in 1..=rounds() {
            let load = Load { seed, ..pressure() };
            assert_emptied(&mut shop, &database, &Request::new(strategy, load));
        }
    }
}

#[test]
fn each_safe_strategy_ends_at_zero_on_sqlite() {
    assert_each_safe_strategy_ends_at_zero(Backend::Sqlite);
}

#[test]
fn each_safe_strategy_ends_at_zero_on_postgres() {
    assert_each_safe_strategy_ends_at_zero(Backend::Postgres);
}

#[cfg(feature = "mysql")]
#[test]
fn each_safe_strategy_ends_at_zero_on_mariadb() {
    assert_each_safe_strategy_ends_at_zero(Backend::Mysql);
}

#[test]
fn three_servers_end_at_zero_together() {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).unwrap();
    let load = Load {
        threads: 3,
        pool: 3,
        ..pressure()
    };
    for strategy in [Strategy::Pessimistic, Strategy::Atomic] {
        let request = Request {
            servers: Some(servers(3)),
            ..Request::new(strategy, load.clone())
        };
        assert_emptied(&mut shop, &database, &request);
    }
}

#[test]
fn naive_breaks_the_equation() {
    for backend in common::backends() {
        let database = common::database(backend);
        let request = Request::new(Strategy::Naive, pressure());
        let result = run_until(
            &database,
            &request,
            |_| {},
            |result| result.violations.lost_updates > 0,
        );
        let sums = sums(&database, 1);
        assert_ne!(1 + sums.moved, sums.left, "{result:#?}");
        assert_eq!(result.verdict, Verdict::Unsafe, "{result:#?}");
    }
}

#[test]
fn the_preset_is_the_pressure_test_and_each_of_its_numbers_can_be_replaced() {
    let run = |more: &[&str]| {
        let done = common::lockbench()
            .args(["run", "--strategy", "atomic", "--preset", "pressure"])
            .args([
                "--scenario",
                "inventory",
                "--no-control",
                "--format",
                "json",
            ])
            .args(more)
            .assert()
            .success();
        let result: serde_json::Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
        assert_eq!(result["stock"]["final"], 0, "{result}");
        result
    };
    let result = run(&[]);
    assert_eq!(result["load"]["quantity"], "1..20");
    assert_eq!(result["outcomes"]["restocked"], 500);
    assert_eq!(result["stock"]["initial"], 1);
    let result = run(&["--stock", "7", "--orders", "120"]);
    assert_eq!(result["stock"]["initial"], 7);
    assert_eq!(result["outcomes"]["restocked"], 50);
}
