//! The layers that lift the ceiling of a hot row, and what is special about each: that nobody is
//! turned away for what was only skipped, that a gate saves retries, and what is refused. Those
//! who are served together are in `combine.rs`.

use std::num::NonZeroU32;
use std::sync::mpsc;
use std::thread;

use diesel::connection::SimpleConnection;
use lockbench::db::{Backend, Database};
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::load::Load;
use lockbench::model::quantity::Quantity;
use lockbench::model::strategy::{Read, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::proof::purchases::Purchases;
use lockbench::purchase::Answer;
use lockbench::run::{Request, Shop};
use predicates::str::contains;

use crate::common;
use crate::common::books::{assert_balanced, sums};
use crate::common::combining::{Buyers, rival};
use crate::common::explored::{explore, two};
use crate::common::stories::servers;

/// The databases that can skip a locked row.
fn with_rows_to_skip() -> Vec<Backend> {
    let mut backends = common::backends();
    backends.retain(|backend| *backend != Backend::Sqlite);
    backends
}

/// Orders of three units, as many as there are units for, whose last ones must be gathered from
/// several buckets.
fn orders_of_three() -> Load {
    Load {
        threads: 16,
        pool: 16,
        stock: 99,
        quantity: Quantity::exactly(3),
        orders: Some(33),
        ..Load::default()
    }
}

#[test]
fn nobody_is_turned_away_while_there_is_enough_in_several_rows() {
    for backend in with_rows_to_skip() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        for strategy in [Strategy::Buckets, Strategy::UnitRows] {
            for seed in 1..=5 {
                let load = Load {
                    seed,
                    ..orders_of_three()
                };
                let result = common::run(&mut shop, strategy, &load);
                assert_balanced(&database, &result);
                let told = result.outcomes;
                assert_eq!((told.sold, told.sold_out), (33, 0), "{result:#?}");
                assert_eq!(sums(&database, 99).left, 0, "{result:#?}");
            }
        }
    }
}

#[test]
fn nobody_is_turned_away_for_rows_that_somebody_else_gives_back() {
    for backend in with_rows_to_skip() {
        for (strategy, table) in [
            (Strategy::Buckets, "lockbench_buckets"),
            (Strategy::UnitRows, "lockbench_units"),
        ] {
            let database = common::database(backend);
            let load = Load {
                stock: 10,
                threads: 1,
                pool: 1,
                orders: Some(1),
                ..Load::default()
            };
            let told = |candidate: Candidate| {
                let buyers = Buyers::under(&database, candidate.plan, &load);
                let mut rival = rival(&database);
                rival
                    .batch_execute(&format!("BEGIN; SELECT * FROM {table} FOR UPDATE"))
                    .expect("every row");
                let (saw, seen) = mpsc::sync_channel(100);
                thread::scope(|scope| {
                    let buyer = scope
                        .spawn(|| buyers.buy(1, 2, &|_| saw.send(()).expect("somebody listens")));
                    // It has looked, and has found nothing that is free.
                    seen.recv().expect("a look");
                    rival.batch_execute("ROLLBACK").expect("given back");
                    buyer.join().expect("a buyer").answer
                })
            };
            assert_eq!(told(strategy.into()), Answer::Done, "{strategy}");
            let mistaken = Overrides {
                read: Some(Read::SkippedIsSoldOut),
                ..Overrides::default()
            };
            let mistaken = told(Candidate::new(strategy, mistaken));
            assert_eq!(mistaken, Answer::SoldOut, "{strategy} on {backend}");
        }
    }
}

#[test]
fn a_program_that_adds_no_buckets_up_is_caught() {
    let database = common::database(Backend::Postgres);
    // Two units in each of two buckets' places: one in each of four.
    let wanted = |candidate: Candidate| Purchases {
        stock: 4,
        quantity: 2,
        ..two(candidate)
    };
    let mistaken = Overrides {
        read: Some(Read::SkippedIsSoldOut),
        ..Overrides::default()
    };
    let mistaken = Candidate::sabotaged(Strategy::Buckets, mistaken);
    let found = explore(&database, &wanted(mistaken));
    assert!(found.marked("false_sold_out") > 0, "{found}");
    assert_eq!(found.verdict(), Verdict::Unsafe, "{found}");
}

#[test]
fn behind_a_gate_hardly_any_attempt_is_in_vain() {
    let load = Load {
        threads: 16,
        pool: 16,
        orders: Some(400),
        ..Load::default()
    };
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        let conflicts = |shop: &mut Shop<'_>, gate: Option<NonZeroU32>| {
            let overrides = Overrides {
                gate,
                ..Overrides::default()
            };
            let candidate = Candidate::new(Strategy::Optimistic, overrides);
            let result = common::run(shop, candidate, &load);
            assert_eq!(result.verdict, Verdict::Safe, "{result:#?}");
            assert_eq!(result.outcomes.sold, 100, "{result:#?}");
            result.conflicts.values().sum::<u64>()
        };
        assert_eq!(conflicts(&mut shop, NonZeroU32::new(1)), 0, "on {backend}");
        assert!(conflicts(&mut shop, None) > 0, "on {backend}");
    }
}

#[test]
fn a_gate_is_passed_with_baskets_in_any_order() {
    let load = Load {
        threads: 8,
        pool: 8,
        items: 3,
        basket: 2,
        stock: 20,
        orders: Some(60),
        ..Load::default()
    };
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let gate = Overrides {
        gate: NonZeroU32::new(1),
        ..Overrides::default()
    };
    let result = common::run(
        &mut shop,
        Candidate::new(Strategy::Pessimistic, gate),
        &load,
    );
    assert_eq!(result.verdict, Verdict::Safe, "{result:#?}");
    // Who is served before whom decides whether the last units are of two items or of one.
    let served = result.outcomes.sold + result.outcomes.sold_out;
    assert_eq!(served, 60, "{result:#?}");
    assert!(result.outcomes.sold >= 20, "{result:#?}");
    // Whoever is inside has all its items to itself.
    assert!(result.conflicts.is_empty(), "{result:#?}");
}

fn assert_safe_on_two_servers(database: &Database, strategy: Strategy) {
    let mut shop = Shop::open(database).expect("a shop of the test's own");
    let request = Request {
        servers: Some(servers(2)),
        ..Request::new(strategy, Load::default())
    };
    let result = common::run_request(&mut shop, &request);
    assert_eq!(result.verdict, Verdict::Safe, "{strategy}: {result:#?}");
    assert_eq!(result.outcomes.sold, 100, "{strategy}: {result:#?}");
    assert_balanced(database, &result);
}

#[test]
fn two_servers_with_a_queue_each_sell_what_there_is() {
    let database = common::database(Backend::Postgres);
    for strategy in [Strategy::Combine, Strategy::Buckets, Strategy::UnitRows] {
        assert_safe_on_two_servers(&database, strategy);
    }
}

#[test]
fn what_means_nothing_is_refused_with_a_sentence() {
    for (arguments, why) in [
        (
            "optimistic --gate 0",
            "a gate must admit at least 1 at a time",
        ),
        ("combine --gate 2", "leave nothing to combine"),
        ("combine --guard mutex", "leave nothing to combine"),
        ("combine --read plain", "no buyer reads"),
        ("combine --items 3 --basket 2", "wait in several at once"),
        ("combine --scenario invoices", "takes for many at once"),
        ("procedure", "SQLite has no stored procedures"),
        ("buckets", "never a single row"),
        ("buckets --read plain", "first found and locked"),
        (
            "unit-rows --read for-update --stock 2000000",
            "would need 2000000 rows",
        ),
        (
            "unit-rows --read for-update --isolation autocommit",
            "only a transaction makes that all or nothing",
        ),
    ] {
        common::lockbench()
            .args(["run", "--strategy"])
            .args(arguments.split(' '))
            .assert()
            .code(2)
            .stderr(contains(why));
    }
}

#[test]
fn where_nothing_can_be_skipped_rows_can_still_be_waited_for() {
    for strategy in ["buckets", "unit-rows"] {
        common::lockbench()
            .args(["run", "--no-control", "--strategy", strategy])
            .args(["--read", "for-update", "--quantity", "3"])
            .assert()
            .success()
            .stdout(contains("nothing oversold, nothing lost"));
    }
}
