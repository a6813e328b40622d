//! The comparison with pgbench: its scripts say what the strategies send, and both run.

#![allow(dead_code)]

#[path = "../../../benches/pgbench/arguments.rs"]
mod arguments;
#[path = "../../../benches/pgbench/cell.rs"]
mod cell;
#[path = "../../../benches/pgbench/contest.rs"]
mod contest;
#[path = "../../../benches/pgbench/ours.rs"]
mod ours;
#[path = "../../../benches/pgbench/script.rs"]
mod script;
#[path = "../../../benches/pgbench/theirs.rs"]
mod theirs;
#[path = "../../../benches/pgbench/usage.rs"]
mod usage;

use clap::Parser;
use lockbench::db::Backend;
use lockbench::model::strategy::Strategy;
use lockbench::run::Shop;

use crate::common;

#[test]
fn a_script_sends_what_the_strategy_sends() {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).unwrap();
    let mut scripts = String::new();
    for strategy in [
        Strategy::Naive,
        Strategy::Pessimistic,
        Strategy::Optimistic,
        Strategy::Atomic,
        Strategy::Advisory,
        Strategy::Procedure,
    ] {
        let script = script::script(&mut shop, strategy.plan()).unwrap();
        scripts += &format!("-- {strategy}\n{script}\n");
    }
    insta::assert_snapshot!(scripts);
}

#[test]
fn what_pgbench_has_no_means_for_is_refused() {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).unwrap();
    for strategy in [Strategy::Mutex, Strategy::Nowait, Strategy::Combine] {
        let refusal = script::script(&mut shop, strategy.plan()).unwrap_err();
        assert!(refusal.to_string().contains("no means"), "{refusal}");
    }
}

#[test]
fn both_sell_rightly_in_turns() {
    let arguments = ["pgbench", "--rounds", "1", "--seconds", "1"];
    let arguments = arguments::Arguments::parse_from(arguments);
    let stage = contest::Stage::open(false).unwrap();
    let mut contest = contest::Contest::new(&stage, &arguments).unwrap();
    // With conflicts, of which pgbench must find the stale version by itself.
    let cell = cell::Cell {
        strategy: Strategy::Optimistic,
        ours: Strategy::Optimistic.into(),
        pin: true,
        clients: 2,
        items: 1,
        durable: false,
    };
    let held = contest.hold(&cell).unwrap();
    let theirs = &held.against[0].theirs;
    for run in held.ours.iter().chain(theirs) {
        assert!(run.sales_per_s > 0.0 && run.cpu_us > 0.0, "{held:?}");
    }
    assert!(held.against[0].ratio.is_some(), "{held:?}");
    let json = serde_json::to_string(&held).unwrap();
    assert_eq!(json.matches("\"ours\":").count(), 1, "{json}");
}
