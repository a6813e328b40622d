//! `lockbench check`: promises held against what is measured, and never green by accident.

mod common;

use std::sync::atomic::AtomicBool;

use diesel::connection::SimpleConnection;
use lockbench::check::{CheckRequest, Outcome, check};
use lockbench::contender::{Contender, Overrides};
use lockbench::db::Backend;
use lockbench::exit::Exit;
use lockbench::hammer::Progress;
use lockbench::load::Load;
use lockbench::report::check::{CheckFormat, render};
use lockbench::run::Shop;
use lockbench::scenario::Scenario;
use lockbench::strategy::{Read, Strategy};
use predicates::str::contains;
use serde_json::Value;

fn json(arguments: &[&str], code: i32) -> Value {
    let done = common::lockbench()
        .args(["check", "--format", "json"])
        .args(arguments)
        .assert()
        .code(code);
    serde_json::from_slice(&done.get_output().stdout).expect("JSON")
}

#[test]
fn every_promise_holds_on_every_database() {
    for backend in common::backends() {
        let name = match backend {
            Backend::Sqlite => "sqlite".to_owned(),
            Backend::Postgres => common::postgres_url(),
            #[cfg(feature = "mysql")]
            Backend::Mysql => common::mariadb::url(),
            #[cfg(not(feature = "mysql"))]
            Backend::Mysql => unreachable!("this build has no MariaDB"),
        };
        let result = json(
            &["--threads", "16", "--orders", "400", "--database", &name],
            0,
        );
        assert_eq!(result["schema"], "lockbench.check/1");
        assert_eq!(result["verdict"], "held", "{result:#}");
        assert_eq!(result["control"]["strategy"], "naive");
        assert_eq!(result["control"]["rounds"], 5);
        assert_eq!(result["control"]["broken_rounds"], 5);
        for one in result["results"].as_array().expect("a list") {
            let expected = match (&one["promise"], &one["measured"]) {
                (Value::Null, Value::Null) => "unsupported",
                (promise, measured) if promise == measured && promise == "safe" => "held",
                (promise, measured) if promise == measured && promise == "unsafe" => "caught",
                _ => panic!("{one:#}"),
            };
            assert_eq!(one["outcome"], expected, "{one:#}");
        }
    }
}

#[test]
fn a_load_too_weak_for_the_control_is_inconclusive() {
    let weak = ["--strategies", "optimistic,naive", "--threads", "1"];
    // The proof does not depend on the load, and catches naive all the same.
    let proved = json(&weak, 4);
    assert_eq!(proved["results"][0]["outcome"], "inconclusive");
    assert_eq!(proved["results"][1]["outcome"], "caught");
    assert_eq!(proved["results"][1]["proof"]["unsafe"], 12);
    let result = json(&[&weak[..], &["--no-proof"]].concat(), 4);
    assert_eq!(result["verdict"], "inconclusive");
    assert_eq!(result["control"]["oversold_rounds"], 0);
    for one in result["results"].as_array().expect("a list") {
        assert_eq!(one["outcome"], "inconclusive");
        assert!(
            one["reason"]
                .as_str()
                .expect("a reason")
                .contains("use more threads")
        );
    }
}

static NEVER: AtomicBool = AtomicBool::new(false);

/// Checks FOR UPDATE from which somebody has taken the FOR UPDATE.
fn check_the_forgotten_lock() -> lockbench::check::CheckResult {
    check_the_forgotten_lock_under(
        &Load {
            seed: 7,
            ..Load::default()
        },
        false,
    )
}

fn check_the_forgotten_lock_under(load: &Load, proof: bool) -> lockbench::check::CheckResult {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let forgotten = Overrides {
        read: Some(Read::Plain),
        ..Overrides::default()
    };
    let request = CheckRequest {
        contenders: vec![
            Contender::sabotaged(Strategy::Pessimistic, forgotten),
            Strategy::Atomic.into(),
        ],
        scenario: Scenario::Inventory,
        load: load.clone(),
        rounds: 2,
        proof,
        database_argument: "postgres".to_owned(),
    };
    check(&mut shop, &request, &NEVER, &Progress::default()).expect("a check")
}

#[test]
fn a_forgotten_lock_breaks_the_promise_and_the_command_that_repeats_it_is_named() {
    let result = check_the_forgotten_lock();
    assert_eq!(result.exit(), Exit::Broken);
    assert_eq!(result.results[0].outcome, Outcome::Broken);
    assert_eq!(result.results[1].outcome, Outcome::Held);
    let repeat = &result.results[0].repeat;
    let expected = "lockbench run --strategy pessimistic --read plain --database postgres \
        --threads 8 --items 1 --stock 100 --orders 200 --no-control --seed 7";
    assert_eq!(repeat, expected);
    for format in [CheckFormat::Text, CheckFormat::Markdown, CheckFormat::Junit] {
        let text = render(std::slice::from_ref(&result), format).expect("a report");
        assert!(text.contains(expected), "{text}");
    }
    // And the command line is one that the program understands.
    let arguments: Vec<&str> = repeat.split(' ').skip(1).collect();
    common::lockbench()
        .args(arguments)
        .assert()
        .success()
        .stdout(contains("lost update"));
}

#[test]
fn what_the_load_does_not_show_the_proof_does() {
    // One buyer meets nobody, so that the load alone would be inconclusive.
    let load = Load {
        threads: 1,
        pool: 1,
        ..Load::default()
    };
    let result = check_the_forgotten_lock_under(&load, true);
    let [forgotten, atomic] = result.results.as_slice() else {
        panic!("{result:#?}");
    };
    assert!(!forgotten.violations.any(), "{forgotten:#?}");
    assert_eq!(forgotten.outcome, Outcome::Broken, "{forgotten:#?}");
    let proof = forgotten.proof.as_ref().expect("a proof");
    assert_eq!((proof.broken, proof.schedules), (80, 92), "{proof:#?}");
    assert!(proof.replay.is_some(), "{proof:#?}");
    // A proof alone holds no promise: it needs both.
    assert_eq!(atomic.outcome, Outcome::Inconclusive, "{atomic:#?}");
    let proof = atomic.proof.as_ref().expect("a proof");
    assert_eq!(proof.broken, 0, "{proof:#?}");
}

#[test]
fn a_database_that_loses_sales_makes_the_check_fail() {
    let url = common::postgres_url();
    common::lockbench()
        .args([
            "run",
            "--strategy",
            "atomic",
            "--no-control",
            "--database",
            &url,
        ])
        .assert()
        .success();
    common::postgres(&url)
        .batch_execute(
            "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN IF NEW.order_key % 10 = 0 THEN RETURN NULL; END IF; RETURN NEW; END'; \
             CREATE TRIGGER lose BEFORE INSERT ON lockbench.lockbench_ledger \
             FOR EACH ROW EXECUTE FUNCTION lose();",
        )
        .expect("a ledger that loses every tenth row");
    common::lockbench()
        .args([
            "check",
            "--strategies",
            "atomic",
            "--rounds",
            "1",
            "--database",
            &url,
        ])
        .assert()
        .code(1)
        .stdout(contains("A promise was broken"))
        .stdout(contains("missing sale"))
        .stdout(contains("Repeat it: lockbench run --strategy atomic"));
}

#[test]
fn junit_is_accepted_by_another_reader() {
    let result = check_the_forgotten_lock();
    let text = render(&[result], CheckFormat::Junit).expect("a report");
    let suites = junit_parser::from_reader(text.as_bytes()).expect("JUnit XML");
    assert_eq!((suites.tests, suites.failures), (2, 1));
    let cases = &suites.suites[0].cases;
    assert!(suites.suites[0].name.starts_with("PostgreSQL "));
    assert!(cases[0].status.is_failure() && cases[1].status.is_success());
}

#[test]
fn a_job_summary_gets_the_verdict_behind_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("summary.md");
    std::fs::write(&path, "# Before\n").expect("a summary");
    common::lockbench()
        .args(["check", "--strategies", "optimistic", "--rounds", "1"])
        .env("GITHUB_STEP_SUMMARY", &path)
        .assert()
        .success();
    let summary = std::fs::read_to_string(&path).expect("the summary");
    assert!(
        summary.starts_with("# Before\n## Every promise held on SQLite"),
        "{summary}"
    );
}

#[test]
fn several_databases_are_checked_one_after_the_other() {
    let url = common::postgres_url();
    let result = json(
        &[
            "--strategies",
            "advisory",
            "--rounds",
            "1",
            "--database",
            "sqlite",
            "--database",
            &url,
        ],
        4,
    );
    // On SQLite there was nothing to check, which is no success.
    assert_eq!(result[0]["results"][0]["outcome"], "unsupported");
    assert_eq!(result[0]["verdict"], "inconclusive");
    assert_eq!(result[1]["results"][0]["outcome"], "held");
}

#[test]
fn nonsense_is_refused() {
    for arguments in [
        ["--rounds", "0"],
        ["--strategies", "optimist"],
        ["--database", "oracle://h"],
        ["--threads", "0"],
        ["--output", "/nonexistent/x"],
    ] {
        common::lockbench()
            .arg("check")
            .args(arguments)
            .assert()
            .code(2);
    }
}
