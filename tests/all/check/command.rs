//! `lockbench check`: promises held against what is measured, and never green by accident.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use lockbench::check::{
    Attempt, CheckRequest, CheckResult, Instruments, Outcome, SelfTest, SelfTestFailed, check,
    check_with, name_violations,
};
use lockbench::db::Backend;
use lockbench::hammer::Progress;
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::load::Load;
use lockbench::model::scenario::Scenario;
use lockbench::model::strategy::{Read, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::proof::purchases::Proof;
use lockbench::report::check::{CheckFormat, render};
use lockbench::run::Shop;
use lockbench::run::audit::Violations;
use lockbench::system::exit::Exit;
use predicates::str::contains;
use serde_json::Value;

use crate::common;

/// The results, one for each database.
fn all_json(arguments: &[&str], code: i32) -> Value {
    let done = common::lockbench()
        .args(["check", "--format", "json"])
        .args(arguments)
        .assert()
        .code(code);
    serde_json::from_slice(&done.get_output().stdout).expect("JSON")
}

/// The result of a check on one database.
fn json(arguments: &[&str], code: i32) -> Value {
    let mut all = all_json(arguments, code);
    let results = all.as_array_mut().expect("an array, always");
    assert_eq!(results.len(), 1, "{results:#?}");
    results.remove(0)
}

#[test]
fn every_promise_holds_on_every_database() {
    for backend in common::backends() {
        #[cfg(feature = "mysql")]
        let server = (backend == Backend::Mysql).then(common::mariadb::Alone::new);
        let name = match backend {
            Backend::Sqlite => "sqlite".to_owned(),
            Backend::Postgres => common::postgres_url(),
            #[cfg(feature = "mysql")]
            Backend::Mysql => server.as_ref().expect("a server").url(),
            #[cfg(not(feature = "mysql"))]
            Backend::Mysql => unreachable!("this build has no MariaDB"),
        };
        let result = json(
            &["--threads", "16", "--orders", "400", "--database", &name],
            0,
        );
        assert_eq!(result["schema"], "lockbench.check/2");
        assert_eq!(result["verdict"], "held", "{result:#}");
        assert_eq!(result["control"]["strategy"], "naive");
        assert_eq!(result["control"]["rounds"], 5);
        assert_eq!(result["control"]["broken_rounds"], 5);
        assert_eq!(result["control"]["proof"]["unsafe"], 12);
        assert_eq!(result["self_test"]["violations"], 12);
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
fn check_the_forgotten_lock() -> CheckResult {
    check_the_forgotten_lock_under(
        &Load {
            seed: 7,
            ..Load::default()
        },
        false,
    )
}

fn check_the_forgotten_lock_under(load: &Load, proof: bool) -> CheckResult {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let forgotten = Overrides {
        read: Some(Read::Plain),
        ..Overrides::default()
    };
    let request = CheckRequest {
        candidates: vec![
            Candidate::sabotaged(Strategy::Pessimistic, forgotten),
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
        let text = render(&[result.clone().into()], format, usize::MAX).expect("a report");
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
    let text = render(&[result.into()], CheckFormat::Junit, usize::MAX).expect("a report");
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
    let result = all_json(
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

/// Every way to write a result down.
const FORMATS: [CheckFormat; 4] = [
    CheckFormat::Text,
    CheckFormat::Json,
    CheckFormat::Markdown,
    CheckFormat::Junit,
];

fn request(strategies: &[Strategy], proof: bool) -> CheckRequest {
    CheckRequest {
        candidates: strategies.iter().map(|one| (*one).into()).collect(),
        scenario: Scenario::Inventory,
        load: Load {
            hold: Duration::from_millis(1),
            ..Load::default()
        },
        rounds: 1,
        proof,
        database_argument: "here".to_owned(),
    }
}

#[test]
fn an_audit_that_is_blind_to_any_one_violation_fails_the_self_test_on_every_database() {
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        SelfTest::pass(&mut shop, &name_violations).expect("the audit itself");
        for (name, _) in Violations::NONE.named() {
            let blind = SelfTest::pass(&mut shop, &|found| name_violations(found).blind_to(name));
            let error = blind.expect_err(name);
            assert!(
                error.is::<SelfTestFailed>(),
                "{name} on {backend}: {error:#}"
            );
            let words = error.to_string();
            assert!(words.contains(&name.replace('_', " ")), "{words}");
        }
        let suspicious = SelfTest::pass(&mut shop, &|found| Violations {
            phantom_sales: 1,
            ..name_violations(found)
        });
        suspicious.expect_err("an audit that finds what is not there");
    }
}

#[test]
fn a_check_whose_audit_fails_its_self_test_measures_nothing() {
    let database = common::database(Backend::Sqlite);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let blind = Instruments {
        audit: &|found| name_violations(found).blind_to("oversold"),
        ..Instruments::default()
    };
    let (request, unseen) = (request(&[Strategy::Naive], false), Progress::default());
    let refused = check_with(&mut shop, &blind, &request, &NEVER, &unseen);
    let error = refused.expect_err("nothing to believe");
    assert!(error.is::<SelfTestFailed>(), "{error:#}");
    assert_eq!(unseen.orders(), 0);
}

#[test]
fn proofs_that_find_nothing_wrong_with_naive_count_for_nothing() {
    let database = common::database(Backend::Sqlite);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    // An explorer under which nobody ever meets anybody.
    let handicapped = Instruments {
        prove: &|database, _, scenario, stop| {
            Proof::of(database, &Strategy::Mutex.into(), scenario, 1, stop)
        },
        ..Instruments::default()
    };
    // Whether naive was asked for or not, and though the load catches it.
    for strategies in [&[Strategy::Naive][..], &[Strategy::Atomic]] {
        let request = request(strategies, true);
        let result = check_with(
            &mut shop,
            &handicapped,
            &request,
            &NEVER,
            &Progress::default(),
        );
        let result = result.expect("a check");
        assert_eq!(result.control(), (1, 1), "the load itself is strong enough");
        assert_eq!(result.exit(), Exit::Inconclusive, "{result:#?}");
        assert_eq!(
            result.results[0].outcome,
            Outcome::Inconclusive,
            "{result:#?}"
        );
        let proof = result.results[0].proof.as_ref().expect("a proof");
        assert_eq!(proof.verdict, Verdict::Inconclusive);
        let text = render(&[result.into()], CheckFormat::Text, usize::MAX).expect("a report");
        let why =
            "No proof is valid: the proof of naive found nothing wrong in 12 schedules either.";
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn naive_is_proved_as_the_control_where_nobody_asked_for_it() {
    let database = common::database(Backend::Sqlite);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let request = request(&[Strategy::Mutex], true);
    let result = check(&mut shop, &request, &NEVER, &Progress::default()).expect("a check");
    let control = result.control_proof().expect("a proof of the control");
    assert_eq!((control.broken, control.verdict), (12, Verdict::Unsafe));
    assert_eq!(result.exit(), Exit::Held, "{result:#?}");
}

/// A PostgreSQL database with lockbench's tables in it, changed by `sql`.
fn sabotaged(sql: &str) -> String {
    let url = common::postgres_url();
    common::lockbench()
        .args(["run", "--strategy", "atomic", "--no-control"])
        .args(["--database", &url])
        .assert()
        .success();
    common::postgres(&url)
        .batch_execute(sql)
        .expect("sabotaged tables");
    url
}

#[test]
fn orders_that_fail_or_are_given_up_break_the_promise() {
    // An error; and a conflict, which is tried again until the attempts are used up.
    for (code, key, other) in [
        ("P0001", "failed", "gave_up"),
        ("40001", "gave_up", "failed"),
    ] {
        let url = sabotaged(&format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN IF NEW.order_key % 10 = 7 AND NEW.order_key < 100 THEN \
              RAISE EXCEPTION ''no'' USING ERRCODE = ''{code}''; END IF; RETURN NEW; END'; \
             CREATE TRIGGER refuse BEFORE INSERT ON lockbench.lockbench_ledger \
             FOR EACH ROW EXECUTE FUNCTION refuse();"
        ));
        let result = json(
            &[
                "--strategies",
                "pessimistic",
                "--rounds",
                "1",
                "--no-proof",
                "--stock",
                "200",
                "--max-attempts",
                "4",
                "--orders",
                "100",
                "--database",
                &url,
            ],
            1,
        );
        let one = &result["results"][0];
        assert_eq!(one["outcome"], "broken", "{one:#}");
        assert_eq!(one["measured"], "safe", "{one:#}");
        // In the round, and in the one with plenty.
        assert_eq!(
            (&one[key], &one[other]),
            (&Value::from(20), &Value::from(0)),
            "{one:#}"
        );
        assert_eq!(one["may_give_up"], 0, "{one:#}");
    }
}

#[test]
fn a_buyer_in_a_hundred_who_is_told_sold_out_falsely_is_noticed_for_sure() {
    // Every hundredth UPDATE of the stock changes nothing, which a buyer reads as "sold out".
    let url = sabotaged(
        "CREATE SEQUENCE lockbench.turns; \
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN IF nextval(''lockbench.turns'') % 100 = 0 THEN RETURN NULL; END IF; RETURN NEW; END'; \
         CREATE TRIGGER refuse BEFORE UPDATE ON lockbench.lockbench_items \
         FOR EACH ROW EXECUTE FUNCTION refuse();",
    );
    let result = json(
        &[
            "--strategies",
            "atomic",
            "--rounds",
            "1",
            "--no-proof",
            "--database",
            &url,
        ],
        1,
    );
    let one = &result["results"][0];
    assert_eq!(one["outcome"], "broken", "{one:#}");
    assert!(
        one["violations"]["false_sold_out"].as_u64() >= Some(9),
        "{one:#}"
    );
    // The command that repeats it is that of the round with plenty.
    let repeat = one["repeat"].as_str().expect("a command");
    assert!(repeat.contains("--stock 1000 --orders 1000"), "{repeat}");
}

#[test]
fn what_is_gravest_leads_every_headline() {
    let url = sabotaged(
        "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN IF NEW.order_key % 2 = 0 THEN RETURN NULL; END IF; RETURN NEW; END'; \
         CREATE TRIGGER lose BEFORE INSERT ON lockbench.lockbench_ledger \
         FOR EACH ROW EXECUTE FUNCTION lose();",
    );
    let headline = |arguments: &[&str], words: &str| {
        let done = common::lockbench()
            .args(arguments)
            .args(["--database", &url])
            .assert()
            .code(1);
        let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
        let line = text.lines().find(|line| line.contains(words));
        let line = line
            .unwrap_or_else(|| panic!("no {words:?} in {text}"))
            .to_owned();
        let before = line.split(words).next().unwrap_or_default().to_owned();
        assert!(!before.contains("turn"), "{line}");
    };
    headline(
        &["run", "--strategy", "atomic", "--no-control"],
        "missing sales",
    );
    headline(&["explore", "--strategy", "atomic"], "loses a sale in");
    let check = [
        "check",
        "--strategies",
        "atomic",
        "--rounds",
        "1",
        "--no-proof",
    ];
    headline(&check, "missing sales");
}

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Checks until the second round has begun.
fn interrupted() -> CheckResult {
    let database = common::database(Backend::Sqlite);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let request = CheckRequest {
        rounds: 1_000,
        ..request(&[Strategy::Mutex, Strategy::Atomic], true)
    };
    let progress = Progress::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            while progress.orders() < 900 {
                thread::sleep(Duration::from_millis(1));
            }
            STOPPED.store(true, Ordering::Relaxed);
        });
        check(&mut shop, &request, &STOPPED, &progress).expect("a part of a check")
    })
}

#[test]
fn an_interrupted_check_says_so_first_in_every_format() {
    let result = interrupted();
    assert_eq!(result.verdict, Outcome::Interrupted, "{result:#?}");
    assert_eq!(result.exit(), Exit::Interrupted);
    let attempts: [Attempt; 1] = [result.into()];
    for format in FORMATS {
        let text = render(&attempts, format, usize::MAX).expect("a report");
        match format {
            CheckFormat::Text => assert!(text.contains("Interrupted after "), "{text}"),
            CheckFormat::Markdown => assert!(text.starts_with("## Interrupted after "), "{text}"),
            CheckFormat::Json => {
                let json: Value = serde_json::from_str(&text).expect("JSON");
                assert_eq!(json[0]["verdict"], "interrupted");
                assert_eq!(json[0]["results"][0]["outcome"], "interrupted");
            }
            CheckFormat::Junit => {
                let suites = junit_parser::from_reader(text.as_bytes()).expect("JUnit XML");
                let cases = &suites.suites[0].cases;
                assert!(cases.iter().all(|case| case.status.is_skipped()), "{text}");
            }
        }
        assert!(!text.contains("Every promise held"), "{text}");
    }
}

#[test]
fn a_database_that_cannot_be_reached_is_an_error_in_the_report_and_keeps_nobody_else_from_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let [xml, json, md, txt] =
        ["xml", "json", "md", "txt"].map(|ending| folder.path().join(format!("report.{ending}")));
    let done = common::lockbench()
        .args(["check", "--strategies", "mutex", "--rounds", "1"])
        .args(["--database", "postgres://nobody:secret@127.0.0.1:1/none"])
        .args(["--database", "sqlite", "--format", "junit"])
        .arg("--output")
        .arg(&xml)
        .args(
            [&json, &md, &txt]
                .into_iter()
                .flat_map(|path| ["--also".as_ref(), path.as_os_str()]),
        )
        .assert()
        .code(3);
    // The verdict is in the log, though the report is in files.
    let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(said.contains("No verdict on postgres://"), "{said}");
    assert!(said.contains("Every promise held on SQLite"), "{said}");
    let read = |path| std::fs::read_to_string(path).expect("a report");
    let suites = junit_parser::from_reader(read(&xml).as_bytes()).expect("JUnit XML");
    assert_eq!((suites.tests, suites.errors, suites.failures), (2, 1, 0));
    assert!(suites.suites[1].cases[0].status.is_success());
    assert!(suites.suites[1].cases[0].time > 0.0);
    let results: Value = serde_json::from_str(&read(&json)).expect("JSON");
    assert_eq!(results[0]["verdict"], "failed");
    assert_eq!(results[1]["verdict"], "held");
    for path in [&xml, &json, &md, &txt] {
        let text = read(path);
        assert!(
            text.contains("127.0.0.1") && !text.contains("secret"),
            "{text}"
        );
    }
}

#[test]
fn double_billing_is_checked_in_the_story_of_the_invoices() {
    for backend in common::backends() {
        let database = common::Alone::new(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        let strategies = [Strategy::Naive, Strategy::Optimistic, Strategy::Mutex];
        let request = CheckRequest {
            scenario: Scenario::Invoices,
            load: Load {
                threads: 8,
                pool: 8,
                hold: Duration::from_millis(1),
                ..Scenario::Invoices.load()
            },
            ..request(&strategies, true)
        };
        let result = check(&mut shop, &request, &NEVER, &Progress::default()).expect("a check");
        assert_eq!(result.exit(), Exit::Held, "{result:#?}");
        let outcomes: Vec<Outcome> = result.results.iter().map(|one| one.outcome).collect();
        assert_eq!(
            outcomes,
            [Outcome::Caught, Outcome::Caught, Outcome::Held],
            "{backend}"
        );
        let text = render(&[result.into()], CheckFormat::Text, usize::MAX).expect("a report");
        assert!(text.contains("bills too many"), "{text}");
    }
}

/// A server of lockbench's own, made with PostgreSQL 18's programs.
#[test]
fn promises_hold_on_postgres_18() {
    let done = common::lockbench()
        .args(["check", "--format", "json", "--database", "postgres"])
        .args(["--strategies", "naive,pessimistic,serializable"])
        .args(["--rounds", "1"])
        .env("LOCKBENCH_POSTGRES_BIN", common::postgres_18::programs())
        .assert()
        .code(0);
    let result: Value = serde_json::from_slice(&done.get_output().stdout).expect("JSON");
    let result = &result[0];
    let database = result["database"].to_string();
    assert!(database.contains("18."), "{database}");
    let outcomes = result["results"].as_array().expect("a list");
    let outcomes: Vec<&str> = outcomes
        .iter()
        .filter_map(|one| one["outcome"].as_str())
        .collect();
    assert_eq!(outcomes, ["caught", "held", "held"], "{result:#}");
}
