//! Several items in one transaction: buyers who take them in opposite orders deadlock and come
//! to a right end all the same; who sorts them does not; and a basket is all or nothing.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use lockbench::db::{Address, Backend, Database, pool, server::ServerOptions};
use lockbench::hammer::{Job, Progress, hammer};
use lockbench::model::candidate::Candidate;
use lockbench::model::load::{BasketOrder, Load};
use lockbench::model::strategy::Strategy;
use lockbench::model::verdict::Verdict;
use lockbench::run::result::RunResult;
use lockbench::run::{Request, Shop};

use crate::common;
use crate::common::books::{assert_balanced, sums};
use crate::common::program::PATIENCE;
use crate::common::stories;
use crate::common::stories::{in_autocommit, number, run_until};

/// Baskets of two out of four items, held for a moment between the one and the other.
fn baskets() -> Load {
    Load {
        items: 4,
        basket: 2,
        stock: 15,
        orders: Some(80),
        hold: Duration::from_millis(1),
        ..Load::default()
    }
}

fn sorted() -> Load {
    Load {
        basket_order: BasketOrder::Sorted,
        ..baskets()
    }
}

fn deadlocks(result: &RunResult) -> u64 {
    result.conflicts.get("deadlock").copied().unwrap_or(0)
}

/// Sees to it that everybody got all or nothing, and that somebody got something.
fn assert_right(database: &Database, result: &RunResult) {
    assert!(!result.violations.any(), "{result:#?}");
    assert_eq!(result.verdict, Verdict::Safe, "{result:#?}");
    let sold = i64::try_from(result.outcomes.sold).unwrap();
    assert!(sold > 10, "{result:#?}");
    // Two rows for each basket, under keys that follow each other.
    let rows = number(database, "COUNT(*) FROM lockbench_ledger");
    let halves = number(
        database,
        "COUNT(*) FROM lockbench_ledger AS one WHERE order_key % 2 = 1 AND NOT EXISTS \
         (SELECT 1 FROM lockbench_ledger AS other WHERE other.order_key = one.order_key + 1)",
    );
    assert_eq!((rows, halves), (2 * sold, 0), "{result:#?}");
    let sums = sums(database, 15);
    assert_eq!((sums.unbalanced, sums.negative), (0, 0), "{result:#?}");
    assert_eq!(
        result.outcomes.gave_up + result.outcomes.failed,
        0,
        "{result:#?}"
    );
}

/// A MariaDB server looks for deadlocks at once; SQLite has one lock, and so cannot have any.
fn with_row_locks() -> Vec<Backend> {
    let mut backends = common::backends();
    backends.retain(|backend| *backend != Backend::Sqlite);
    backends
}

#[test]
fn opposite_orders_deadlock_and_are_tried_again_to_a_right_end() {
    for backend in with_row_locks() {
        for strategy in [Strategy::Pessimistic, Strategy::Atomic] {
            let database = common::database(backend);
            let request = Request::new(strategy, baskets());
            let right = |result: &RunResult| assert_right(&database, result);
            let result = run_until(&database, &request, right, |result| deadlocks(result) > 0);
            assert!(result.attempts >= 80 + deadlocks(&result), "{result:#?}");
        }
    }
}

#[test]
fn sorted_baskets_never_deadlock() {
    for backend in with_row_locks() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).unwrap();
        for strategy in [Strategy::Pessimistic, Strategy::Atomic, Strategy::Advisory] {
            for seed in 1..=3 {
                let load = Load { seed, ..sorted() };
                let result = common::run(&mut shop, strategy, &load);
                assert_right(&database, &result);
                assert_eq!(deadlocks(&result), 0, "{strategy}: {result:#?}");
            }
        }
    }
}

#[test]
fn each_safe_strategy_sells_baskets_rightly() {
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).unwrap();
        for strategy in common::safe_strategies_under(backend, &baskets()) {
            let result = common::run(&mut shop, strategy, &baskets());
            assert_right(&database, &result);
            if backend == Backend::Sqlite {
                assert_eq!(deadlocks(&result), 0, "{result:#?}");
            }
        }
    }
}

#[test]
fn no_database_sees_the_locks_of_a_mutex_and_yet_it_does_not_hang() {
    let url = common::postgres_url();
    let waited_in_vain = (1..=stories::TRIES).any(|seed| {
        let done = common::lockbench()
            .timeout(PATIENCE)
            .args(["run", "--strategy=mutex", "--no-control", "--format=json"])
            .args(["--items=3", "--basket=2", "--stock=20", "--hold=1ms"])
            .args(["--seed", &seed.to_string(), "--database", &url])
            .assert()
            .success();
        let result: serde_json::Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
        assert_eq!(result["verdict"], "safe", "{result}");
        assert_eq!(result["outcomes"]["gave_up"], 0, "{result}");
        !result["conflicts"]["lock_timeout"].is_null()
    });
    assert!(waited_in_vain, "nobody met in opposite orders");
}

/// Has four buyers want both items, of which the second is sold out.
fn second_is_sold_out(backend: Backend, candidate: impl Into<Candidate>) -> Database {
    let load = Load {
        items: 2,
        basket: 2,
        basket_order: BasketOrder::Sorted,
        stock: 5,
        threads: 1,
        pool: 1,
        orders: Some(4),
        ..Load::default()
    };
    let database = common::database(backend);
    let mut shop = Shop::open(&database).unwrap();
    let candidate = candidate.into();
    shop.restart_in(candidate.plan.layout, &load).unwrap();
    shop.connection()
        .batch_execute(
            "UPDATE lockbench_items SET stock = 0 WHERE id = 2; \
             UPDATE lockbench_buckets SET stock = 0 WHERE item_id = 2; \
             DELETE FROM lockbench_units WHERE item_id = 2",
        )
        .unwrap();
    let pool = pool::open(&database, 1).unwrap();
    let (never, unseen) = (AtomicBool::new(false), Progress::default());
    let job = Job::new(candidate.plan, &load);
    let measurement = hammer(&pool, job, &never, &unseen).unwrap();
    let told = measurement.record.told.iter();
    let told: Vec<_> = told.map(|(_, ending)| ending).collect();
    assert_eq!(told, [lockbench::hammer::Outcome::SoldOut; 4]);
    drop((pool, shop));
    database
}

#[test]
fn a_basket_whose_second_item_is_sold_out_leaves_the_first_untouched() {
    for backend in common::backends() {
        for strategy in common::safe_strategies_under(backend, &baskets()) {
            let database = second_is_sold_out(backend, strategy);
            let left = sums(&database, 0).left;
            let recorded = number(&database, "COUNT(*) FROM lockbench_ledger");
            assert_eq!((left, recorded), (5, 0), "{strategy} on {backend}");
        }
    }
}

#[test]
fn without_a_transaction_nothing_takes_the_first_item_back() {
    for backend in common::backends() {
        let candidates = [Strategy::Naive.into(), in_autocommit(Strategy::Atomic)];
        for candidate in candidates {
            let database = second_is_sold_out(backend, candidate);
            let left = number(&database, "stock FROM lockbench_items WHERE id = 1");
            let recorded = number(&database, "COUNT(*) FROM lockbench_ledger");
            assert_eq!((left, recorded), (1, 4), "{backend}");
        }
    }
}

#[test]
fn a_half_basket_is_a_phantom_sale() {
    // One buyer alone, so that nothing else can go wrong.
    let load = Load {
        threads: 1,
        pool: 1,
        hold: Duration::ZERO,
        ..baskets()
    };
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).unwrap();
        let result = common::run(&mut shop, Strategy::Naive, &load);
        assert!(result.violations.phantom_sales > 0, "{result:#?}");
        let only = lockbench::run::audit::Violations {
            phantom_sales: result.violations.phantom_sales,
            ..Default::default()
        };
        assert_eq!(result.violations, only, "{result:#?}");
        assert_eq!(result.verdict, Verdict::Unsafe, "{result:#?}");
    }
}

#[test]
fn two_servers_share_the_baskets() {
    let address: Address = common::postgres_url().parse().expect("its own URL");
    let database = Database::open(&address, &ServerOptions::default()).unwrap();
    let mut shop = Shop::open(&database).unwrap();
    let request = Request {
        servers: Some(stories::servers(2)),
        ..Request::new(Strategy::Pessimistic, baskets())
    };
    let result = common::run_request(&mut shop, &request);
    assert_right(&database, &result);
    let told = &result.outcomes;
    assert_eq!(told.sold + told.sold_out, 80, "{result:#?}");
    let single = Request::new(
        Strategy::Atomic,
        Load {
            basket: 1,
            ..baskets()
        },
    );
    let result = common::run_request(&mut shop, &single);
    assert_balanced(&database, &result);
}
