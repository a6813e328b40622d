//! What a server forgets in a crash is no fault of a strategy's, where its settings allow that.

use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use lockbench::db::server::ServerOptions;
use lockbench::db::{Address, Database};
use lockbench::hammer::Progress;
use lockbench::model::load::Load;
use lockbench::model::strategy::Strategy;
use lockbench::model::verdict::Verdict;
use lockbench::report::run::{Format, render};
use lockbench::run::result::RunResult;
use lockbench::run::{Request, Shop};
use serde_json::Value;

use crate::common;
use crate::common::crashing::{Crash, Server};
use crate::common::program::{PATIENCE, wait_for};

/// Acknowledges a commit before it is written anywhere, and puts that off.
const FORGETFUL: &[&str] = &[
    "synchronous_commit=off",
    "wal_writer_delay=10s",
    "wal_writer_flush_after=1GB",
];

fn load() -> Load {
    Load {
        stock: 1_000_000,
        orders: None,
        duration: Some(Duration::from_secs(3)),
        ..Load::default()
    }
}

fn request() -> Request {
    Request {
        control: false,
        ..Request::new(Strategy::Atomic, load())
    }
}

/// Runs on the server while `trouble` is made.
fn run(server: &Server, trouble: impl FnOnce() + Send) -> RunResult {
    try_to_run(server, trouble).unwrap()
}

fn try_to_run(server: &Server, trouble: impl FnOnce() + Send) -> anyhow::Result<RunResult> {
    let address: Address = server.url().parse().unwrap();
    let database = Database::open(&address, &ServerOptions::default()).unwrap();
    let mut shop = Shop::open(&database).unwrap();
    let never = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(trouble);
        shop.run(&request(), &never, &Progress::default())
    })
}

fn wait_for_sales(server: &Server, least: i64) {
    wait_for("the first sales", PATIENCE, || server.sales() >= least);
}

fn assert_blames_the_server(result: &RunResult, setting: &str) {
    let durability = &result.durability;
    assert!(durability.restarted, "{result:#?}");
    assert!(durability.may_lose.contains_key(setting), "{result:#?}");
    assert!(durability.losses.missing_sales > 0, "{result:#?}");
    assert!(!result.violations.any(), "{result:#?}");
    assert_eq!(result.verdict, Verdict::Inconclusive, "{result:#?}");
    assert_eq!(result.exit() as u8, 4);
    let missing = durability.losses.missing_sales;
    let text = render(result, Format::Text, 1_000).unwrap();
    assert!(text.contains("\ndurability  "), "{text}");
    assert!(text.contains(setting), "{text}");
    assert!(!text.contains("the promise is broken"), "{text}");
    let markdown = render(result, Format::Markdown, 1_000).unwrap();
    assert!(
        markdown.contains("Durability: the server restarted"),
        "{markdown}"
    );
    assert!(
        markdown.contains("perhaps lost by the server: missing sales"),
        "{markdown}"
    );
    let json: Value = serde_json::from_str(&render(result, Format::Json, 1_000).unwrap()).unwrap();
    assert_eq!(json["durability"]["losses"]["missing_sales"], missing);
    assert_eq!(json["violations"]["missing_sales"], 0);
    let csv = render(result, Format::Csv, 1_000).unwrap();
    assert!(csv.contains("durability.losses.missing_sales"), "{csv}");
    assert!(csv.contains("durability.may_lose"), "{csv}");
}

#[test]
fn commits_that_postgres_may_forget_are_not_blamed_on_the_strategy() {
    for crash in [Crash::Server, Crash::Session] {
        let server = Server::postgres(FORGETFUL);
        let result = run(&server, || {
            wait_for_sales(&server, 50);
            server.crash(crash);
        });
        assert_blames_the_server(&result, "synchronous_commit");
    }
}

#[cfg(feature = "mysql")]
#[test]
fn commits_that_mariadb_may_forget_are_not_blamed_on_the_strategy() {
    let server = Server::mariadb(&[
        "innodb_flush_log_at_trx_commit=0",
        "innodb_flush_log_at_timeout=60",
    ]);
    let result = run(&server, || {
        wait_for_sales(&server, 50);
        // Or what was set up would be forgotten as well.
        server.let_mariadb_keep(1);
        wait_for_sales(&server, server.sales() + 50);
        server.let_mariadb_keep(0);
        wait_for_sales(&server, server.sales() + 50);
        server.crash(Crash::Server);
    });
    assert_blames_the_server(&result, "innodb_flush_log_at_trx_commit");
}

#[test]
fn a_set_up_that_the_server_forgot_leaves_no_verdict() {
    // What the run began with is lost, or the mark that the tables are ours.
    for lost in ["lockbench_items", "lockbench_occupant"] {
        for (settings, excused) in [(FORGETFUL, true), (&[][..], false)] {
            let server = Server::postgres(settings);
            let outcome = try_to_run(&server, || {
                wait_for_sales(&server, 50);
                server.crash(Crash::Session);
                let forget = format!("DELETE FROM lockbench.{lost}");
                server.execute_on_postgres(&forget);
            });
            let said = format!("{:#}", outcome.unwrap_err());
            let excuse = "synchronous_commit=off allows it to lose commits";
            assert_eq!(said.contains(excuse), excused, "{said}");
        }
    }
}

#[test]
fn a_server_that_promises_to_keep_everything_does_and_says_that_it_restarted() {
    for crash in [Crash::Server, Crash::Session] {
        let server = Server::postgres(&[]);
        let result = run(&server, || {
            wait_for_sales(&server, 50);
            server.crash(crash);
        });
        assert!(result.durability.restarted, "{result:#?}");
        assert!(result.durability.may_lose.is_empty(), "{result:#?}");
        assert!(!result.violations.any(), "{result:#?}");
        let text = render(&result, Format::Text, 1_000).unwrap();
        assert!(text.contains("its settings keep every commit"), "{text}");
    }
}

/// Forgets sales, stock and all, as no server should.
const FORGET: &str = "WITH forgotten AS (DELETE FROM lockbench.lockbench_ledger \
     WHERE order_key <= 4 RETURNING delta) \
     UPDATE lockbench.lockbench_items SET stock = stock + 4";

#[test]
fn what_is_lost_against_every_promise_breaks_it() {
    // A crash under settings that promise durability, and no crash under settings that do not.
    for (settings, crash) in [(&[][..], true), (FORGETFUL, false)] {
        let server = Server::postgres(settings);
        let result = run(&server, || {
            wait_for_sales(&server, 50);
            if crash {
                server.crash(Crash::Session);
            }
            server.execute_on_postgres(FORGET);
        });
        assert_eq!(result.durability.restarted, crash, "{result:#?}");
        assert!(!result.durability.has_losses(), "{result:#?}");
        assert_eq!(result.violations.missing_sales, 4, "{result:#?}");
        assert_eq!(result.verdict, Verdict::Unsafe, "{result:#?}");
    }
}

/// Runs a command on the server, and crashes that as `when` says; gives its JSON.
fn crash_during(server: &Server, arguments: &[&str], when: impl FnOnce() + Send) -> Value {
    let url = server.url();
    let done = thread::scope(|scope| {
        scope.spawn(when);
        common::lockbench()
            .args([arguments, &["--format", "json", "--database", &url]].concat())
            .assert()
            .code(4)
    });
    serde_json::from_slice(&done.get_output().stdout).unwrap()
}

#[test]
fn a_check_does_not_count_a_round_in_which_the_server_forgot() {
    let server = Server::postgres(FORGETFUL);
    let arguments = ["check", "--strategies=atomic", "--rounds=1", "--no-proof"];
    let load = ["--duration=2s", "--stock=1000000", "--hold=1ms"];
    let report = crash_during(&server, &[&arguments[..], &load].concat(), || {
        // The control comes first, and begins with an empty ledger as the strategy does.
        wait_for_sales(&server, 50);
        let first = server.ledger_file();
        wait_for("a second run", PATIENCE, || server.ledger_file() != first);
        wait_for_sales(&server, 50);
        server.crash(Crash::Session);
    });
    let atomic = &report[0]["results"][0];
    assert_eq!(atomic["outcome"], "inconclusive", "{report}");
    assert_eq!(atomic["violations"]["missing_sales"], 0, "{report}");
    assert!(
        atomic["durability"]["losses"]["missing_sales"].as_u64() > Some(0),
        "{report}"
    );
    let reason = atomic["reason"].as_str().unwrap();
    assert!(reason.contains("synchronous_commit=off"), "{reason}");
}

#[test]
fn a_comparison_in_which_the_server_forgot_is_inconclusive() {
    // Recovery that waits for no disk is soon over.
    let server = Server::postgres(&[FORGETFUL, &["fsync=off"]].concat());
    let arguments = ["compare", "--strategies=atomic,pessimistic", "--no-control"];
    let load = [
        "--max-time=20s",
        "--duration=4s",
        "--warm-up=0s",
        "--stock=1000000",
    ];
    let report = crash_during(&server, &[&arguments[..], &load].concat(), || {
        // More than what is sold alone or in a trial, which has 400 orders at the most.
        wait_for_sales(&server, 450);
        server.crash(Crash::Session);
    });
    assert_eq!(report["verdict"], "inconclusive", "{report}");
    let all = report["ranked"].as_array().unwrap().iter();
    let all = all.chain(report["unranked"].as_array().unwrap());
    let lost: u64 = all
        .map(|standing| {
            assert_eq!(standing["violations"]["missing_sales"], 0, "{report}");
            let losses = &standing["durability"]["losses"];
            losses["missing_sales"].as_u64().unwrap()
        })
        .sum();
    assert!(lost > 0, "{report}");
}
