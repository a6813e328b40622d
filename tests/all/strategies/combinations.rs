//! Every combination of the choices runs, or is refused with a sentence that says why.

use std::time::Duration;

use clap::ValueEnum;
use lockbench::db::Backend;
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::load::Load;
use lockbench::model::strategy::{
    Dispatch, Guard, Isolation, Layout, Plan, Promise, Read, Strategy, Write,
};
use lockbench::model::verdict::Verdict;
use lockbench::run::Shop;

use crate::common;

/// The choices of the design; the others exist for one mistake each (`check/mistakes.rs`).
const GUARDS: [Guard; 3] = [Guard::None, Guard::Mutex, Guard::Advisory];
const READS: [Read; 6] = [
    Read::None,
    Read::Plain,
    Read::ForShare,
    Read::ForUpdate,
    Read::Nowait,
    Read::SkipLocked,
];
const WRITES: [Write; 4] = [
    Write::Assign,
    Write::IfVersion,
    Write::IfEnough,
    Write::Subtract,
];

fn all_plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for guard in GUARDS {
        for &isolation in Isolation::value_variants() {
            for read in READS {
                for write in WRITES {
                    plans.push(Plan::new(guard, isolation, read, write));
                }
            }
        }
    }
    plans
}

fn candidate(plan: Plan) -> Candidate {
    let overrides = Overrides {
        guard: Some(plan.guard),
        isolation: Some(plan.isolation),
        read: Some(plan.read),
        write: Some(plan.write),
        layout: Some(plan.layout),
        dispatch: Some(plan.dispatch),
        gate: plan.gate,
    };
    Candidate::new(Strategy::Naive, overrides)
}

#[test]
fn every_combination_runs_or_is_refused_with_a_sentence() {
    let load = Load {
        threads: 4,
        pool: 4,
        stock: 5,
        orders: Some(12),
        ..Load::default()
    };
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        let (mut ran, mut refused) = (0, 0);
        for plan in all_plans() {
            match plan.refusal(backend) {
                Some(why) => {
                    assert!(why.split(' ').count() > 5, "{plan}: {why}");
                    refused += 1;
                }
                None => {
                    let result = common::run(&mut shop, candidate(plan), &load);
                    let told = result.outcomes;
                    let ends = told.sold + told.sold_out + told.gave_up + told.failed;
                    assert_eq!((ends, told.failed), (12, 0), "{plan}: {result:#?}");
                    ran += 1;
                }
            }
        }
        assert_eq!(ran + refused, 3 * 4 * 6 * 4);
        // Refused everywhere: a write that needs a read, without one. On SQLite also the
        // advisory guard and the two row locks that it has no counterpart for.
        let expected = match backend {
            Backend::Postgres | Backend::Mysql => 24,
            Backend::Sqlite => 2 * 4 * (2 + 8) + 96,
        };
        assert_eq!(refused, expected, "on {backend}");
    }
}

#[test]
fn every_layer_runs_or_is_refused_with_a_sentence() {
    let load = Load {
        threads: 4,
        pool: 4,
        stock: 5,
        orders: Some(12),
        ..Load::default()
    };
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        let mut ran = 0;
        for plan in all_plans().into_iter().flat_map(layered) {
            match plan.refusal(backend) {
                Some(why) => assert!(why.split(' ').count() > 5, "{plan}: {why}"),
                // The guards are around all of it, and the same everywhere.
                None if plan.guard != Guard::None => {}
                None => {
                    let result = common::run(&mut shop, candidate(plan), &load);
                    let told = result.outcomes;
                    let ends = told.sold + told.sold_out + told.gave_up + told.failed;
                    assert_eq!((ends, told.failed), (12, 0), "{plan}: {result:#?}");
                    ran += 1;
                }
            }
        }
        // Two layouts at three levels of isolation, combined sales with and without a check, and
        // the procedure. SQLite skips no rows, and has no procedures.
        let expected = match backend {
            Backend::Postgres | Backend::Mysql => 2 * 3 * 3 + 2 + 1,
            Backend::Sqlite => 2 * 3 * 2 + 2,
        };
        assert_eq!(ran, expected, "on {backend}");
    }
}

/// The plan with every layer that is not neutral.
fn layered(plan: Plan) -> Vec<Plan> {
    let mut plans = Vec::new();
    for &layout in Layout::value_variants() {
        for &dispatch in Dispatch::value_variants() {
            plans.push(Plan {
                layout,
                dispatch,
                ..plan
            });
        }
    }
    plans.retain(|layered| *layered != plan);
    plans
}

#[test]
fn for_update_outside_a_transaction_protects_nothing() {
    let overrides = Overrides {
        isolation: Some(Isolation::Autocommit),
        ..Overrides::default()
    };
    let load = Load {
        threads: 16,
        pool: 16,
        orders: Some(400),
        // SQLite's buyers queue up behind the lone read, and seldom meet without a pause.
        hold: Duration::from_millis(1),
        ..Load::default()
    };
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        let mistake = Candidate::new(Strategy::Pessimistic, overrides);
        let result = common::run(&mut shop, mistake, &load);
        assert_eq!(result.verdict, Verdict::Unsafe, "{result:#?}");
        assert_eq!(result.promise, Some(Promise::Unsafe));
    }
}

#[test]
fn a_mistake_on_the_command_line_runs_and_is_a_successful_demonstration() {
    common::lockbench()
        .args([
            "run",
            "--strategy",
            "pessimistic",
            "--isolation",
            "autocommit",
        ])
        .args(["--threads", "16", "--orders", "400", "--hold", "1ms"])
        .assert()
        .success()
        .stdout(predicates::str::contains("oversold by"))
        .stdout(predicates::str::contains("known to be unsafe here"));
}
