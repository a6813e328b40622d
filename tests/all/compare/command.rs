//! Comparing: who is ranked, who is not, and what ends it.

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::common;
use crate::common::program::{PATIENCE, Program, wait_for};

/// Rounds as short as they can be, and no more of them than it takes, however busy the machine.
const SHORT: [&str; 8] = [
    "--duration",
    "60ms",
    "--warm-up",
    "20ms",
    "--precision",
    "90%",
    "--max-time",
    "5m",
];

/// The JSON of a compare that ends with `code`.
fn compare(code: i32, arguments: &[&str]) -> Value {
    let done = common::lockbench()
        .args(["compare", "--format", "json"])
        .args(SHORT)
        .args(arguments)
        .assert()
        .code(code);
    serde_json::from_slice(&done.get_output().stdout).expect("one JSON object")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn labels(standings: &Value) -> Vec<&str> {
    let labels = list(standings).iter().map(|one| one["label"].as_str());
    labels.map(|label| label.expect("a label")).collect()
}

/// The standing with that label, ranked or not.
fn standing<'a>(result: &'a Value, label: &str) -> &'a Value {
    let all = list(&result["ranked"])
        .iter()
        .chain(list(&result["unranked"]));
    let found = all.into_iter().find(|one| one["label"] == label);
    found.expect("a standing")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn whoever_is_wrong_is_never_ranked_and_has_no_speed() {
    for database in ["sqlite".to_owned(), common::postgres_url()] {
        // Long enough for buyers to meet, however slow the disk.
        let mistakes = "naive,pessimistic,subtract-unguarded,atomic";
        let result = compare(
            0,
            &[
                "--strategies",
                mistakes,
                "--hold",
                "1ms",
                "--database",
                &database,
            ],
        );
        assert_eq!(result["schema"], "lockbench.compare/1");
        let ranked = labels(&result["ranked"]);
        assert!(
            ranked.contains(&"pessimistic") && ranked.contains(&"atomic"),
            "{ranked:?}"
        );
        assert_eq!(ranked.len(), 2);
        assert_eq!(result["verdict"], "safe");
        assert_eq!(result["control"]["strategy"], "naive");
        assert!(number(&result["control"]["broken_rounds"]) >= 1.0);
        // It looks right for as long as there is enough: only the trial, which sells out, shows it.
        for wrong in ["naive", "subtract-unguarded"] {
            let wrong = standing(&result, wrong);
            assert_eq!(wrong["verdict"], "unsafe", "{wrong}");
            assert_eq!(wrong["rank"], Value::Null);
            assert_eq!(wrong["goodput_per_s"], Value::Null);
            assert_eq!(wrong["ratio"], Value::Null);
        }
    }
}

#[test]
fn a_standing_has_all_that_its_purchases_cost() {
    let url = common::postgres_url().replacen("lockbench@", "lockbench:secret@", 1);
    // Alone, so that nothing is tried twice.
    let arguments = [
        "--strategies",
        "pessimistic,atomic",
        "--threads",
        "1",
        "--database",
        &url,
    ];
    let result = compare(4, &arguments);
    assert_eq!(
        result["verdict"], "inconclusive",
        "naive cannot break alone"
    );
    assert!(
        result["reason"]
            .as_str()
            .unwrap()
            .contains("naive broke nothing")
    );
    assert_eq!(result["reference"], "pessimistic");
    let command = result["command"].as_str().unwrap();
    let shown = "lockbench compare --duration 60ms";
    assert!(command.starts_with(shown), "{command}");
    assert!(
        command.contains(":***@") && !command.contains("secret"),
        "{command}"
    );
    assert!(number(&result["rounds"]) >= 6.0);
    let load = result["load"].as_object().unwrap();
    assert_eq!(
        (&load["stock"], &load["orders"]),
        (&Value::from(12_000), &Value::Null)
    );
    for (label, statements) in [("pessimistic", 5.0), ("atomic", 4.0)] {
        let one = standing(&result, label);
        assert_eq!(one["verdict"], "inconclusive");
        assert_eq!(number(&one["attempts_per_sale"]), 1.0);
        // What the last order before the end of the warm-up sent is counted, and it sells.
        assert_eq!(number(&one["statements_per_sale"]), statements, "{label}");
        assert_eq!(number(&one["round_trips_per_sale"]), statements, "{label}");
        assert!(number(&one["cpu_us_per_sale"]) > 0.0);
        assert!(number(&one["alone_us"]) > 0.0);
        let shares = one["time"].as_object().unwrap().values().map(number);
        assert!((shares.sum::<f64>() - 1.0).abs() < 1e-6, "{}", one["time"]);
        // Alone, a buyer waits for the disk and for nobody. How much of that is waiting depends
        // on how steady the disk is.
        assert!(number(&one["time"]["useful"]) > 0.0, "{}", one["time"]);
        for nothing in ["wasted", "backoff", "turned_away", "thinking", "connection"] {
            assert_eq!(number(&one["time"][nothing]), 0.0, "{}", one["time"]);
        }
        let curve = list(&one["latency_us"]["sold"]["percentiles"]);
        assert!(curve.len() > 20);
        let slowest = &curve.last().unwrap()["latency_us"];
        assert_eq!(*slowest, one["latency_us"]["sold"]["max"]);
        let rounds = list(&one["rounds"]);
        assert_eq!(Value::from(rounds.len()), result["rounds"]);
        let seeds: Vec<u64> = rounds
            .iter()
            .map(|round| round["seed"].as_u64().unwrap())
            .collect();
        assert_eq!(seeds, (1..=rounds.len() as u64).collect::<Vec<_>>());
        let goodput = &one["goodput_per_s"];
        assert!(number(&goodput["low"]) <= number(&goodput["value"]));
        assert!(number(&goodput["value"]) <= number(&goodput["high"]));
    }
    // Both begin about as often as the other.
    let turns = list(&standing(&result, "atomic")["rounds"])
        .iter()
        .map(|round| &round["turn"]);
    let turns: std::collections::BTreeSet<String> = turns.map(ToString::to_string).collect();
    assert!(
        turns.len() > 1,
        "the order is shuffled in each round: {turns:?}"
    );
}

#[test]
fn one_that_thinks_longer_is_found_to_be_slower() {
    let candidates = "quick=pessimistic,slow=pessimistic+hold=60ms";
    // One buyer, and as many rounds as it takes for a stalled disk to be outvoted.
    let done = common::lockbench()
        .args([
            "compare",
            "--format",
            "json",
            "--no-control",
            "--threads",
            "1",
        ])
        .args([
            "--duration",
            "100ms",
            "--warm-up",
            "0",
            "--precision",
            "40%",
            "--max-time",
            "5m",
        ])
        .args(["--strategies", candidates, "--reference", "quick"])
        .assert()
        .code(0);
    let result: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    assert_eq!(labels(&result["ranked"]), ["quick", "slow"]);
    let slow = standing(&result, "slow");
    assert_eq!(
        (&slow["rank"], &slow["hold_us"]),
        (&Value::from(2), &Value::from(60_000))
    );
    assert!(number(&slow["ratio"]["high"]) < 1.0, "{}", slow["ratio"]);
    assert!(number(&slow["time"]["thinking"]) > 0.0);
    assert_eq!(number(&standing(&result, "quick")["ratio"]["value"]), 1.0);
}

#[test]
fn whoever_sells_out_before_the_time_is_up_has_no_speed() {
    let candidates = "pessimistic,slow=pessimistic+hold=50ms";
    // The one sells two a round at most, and the other all ten.
    let numbers = ["--stock", "10", "--threads", "2"];
    let result = compare(0, &[&["--strategies", candidates][..], &numbers].concat());
    assert_eq!(labels(&result["ranked"]), ["slow"]);
    let quick = standing(&result, "pessimistic");
    assert_eq!(quick["goodput_per_s"], Value::Null);
    let reason = quick["reason"].as_str().expect("a reason");
    assert!(reason.contains("--stock"), "{reason}");
}

#[test]
fn waiting_for_a_connection_has_its_share_of_the_time() {
    let result = compare(
        0,
        &[
            "--strategies",
            "pessimistic",
            "--pool",
            "2",
            "--threads",
            "8",
        ],
    );
    let time = &standing(&result, "pessimistic")["time"];
    assert!(number(&time["connection"]) > 0.3, "{time}");
    assert!(number(&standing(&result, "pessimistic")["latency_us"]["pool_wait"]["count"]) > 0.0);
}

#[test]
fn what_cannot_be_compared_is_refused_before_anything_runs() {
    for (arguments, said) in [
        (
            ["--strategies", "pessimist"],
            "there is no strategy or mistake",
        ),
        (
            ["--strategies", "atomic+lock=yes"],
            "there are guard, isolation",
        ),
        (
            ["--strategies", "atomic,atomic"],
            "give one a label of its own",
        ),
        (
            ["--strategies", "skip-locked"],
            "SQLite locks the whole database",
        ),
        (
            ["--reference", "fastest"],
            "is not among the strategies compared",
        ),
        (["--precision", "0%"], "above 0"),
        (
            ["--baseline", "/nonexistent/then.json"],
            "cannot read /nonexistent/then.json",
        ),
        (
            ["--save", "/nonexistent/now.json"],
            "cannot write /nonexistent/now.json",
        ),
    ] {
        let done = common::lockbench()
            .arg("compare")
            .args(arguments)
            .assert()
            .code(2)
            .stdout("");
        let text = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(text.contains(said), "{arguments:?}: {text}");
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn sales(connection: &mut SqliteConnection) -> i64 {
    diesel::sql_query("SELECT count(*) AS count FROM lockbench_ledger")
        .get_result::<Count>(connection)
        .map_or(0, |found| found.count)
}

/// A compare that takes far longer than any test waits, and a look into its ledger.
fn comparing(file: &str, more: &[&str]) -> (Program, SqliteConnection) {
    let address = format!("sqlite:{file}");
    let arguments = [
        "compare",
        "--format",
        "json",
        "--strategies",
        "pessimistic,atomic",
        "--max-time",
        "1h",
        "--precision",
        "0.01%",
        "--database",
        &address,
    ];
    let program = Program::start_command(&[], &[&arguments, more].concat());
    wait_for("the file", PATIENCE, || std::path::Path::new(file).exists());
    let mut connection = common::sqlite(file);
    connection
        .batch_execute("PRAGMA busy_timeout = 5000")
        .unwrap();
    (program, connection)
}

#[test]
fn ctrl_c_reports_the_rounds_that_were_finished() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let saved = folder.path().join("saved.json");
    let short = [
        "--duration",
        "50ms",
        "--warm-up",
        "50ms",
        "--save",
        saved.to_str().unwrap(),
    ];
    let (mut program, mut connection) = comparing(file.to_str().unwrap(), &short);
    let (mut before, mut restarts) = (0, 0);
    // Three purchases alone, and three times a trial, a warm-up and a measurement: whatever comes
    // after belongs to the second round.
    wait_for("the second round", PATIENCE, || {
        assert!(!program.has_ended(), "it ended by itself");
        let now = sales(&mut connection);
        restarts += u32::from(now < before);
        before = now;
        restarts > 3 + 3 * 3
    });
    program.signal(Signal::SIGINT);
    let output = program.end_leaving_nothing(PATIENCE);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    let result: Value = serde_json::from_slice(&output.stdout).expect(&said);
    assert_eq!(result["interrupted"], true);
    assert_eq!(result["precise"], false);
    assert!(number(&result["rounds"]) >= 1.0, "{result}");
    assert_eq!(result["ranked"].as_array().unwrap().len(), 2, "{result}");
    for one in list(&result["ranked"]) {
        assert_eq!(Value::from(list(&one["rounds"]).len()), result["rounds"]);
    }
    assert!(!saved.exists(), "half a compare is no baseline");
}

#[test]
fn a_round_that_cannot_be_audited_ends_it_without_a_result() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    // With such a hold nothing but the measurement itself sells so much.
    let long = ["--duration", "30s", "--warm-up", "0", "--hold", "2ms"];
    let (mut program, mut connection) = comparing(file.to_str().unwrap(), &long);
    wait_for("the middle of the first round", PATIENCE, || {
        assert!(!program.has_ended(), "it ended by itself");
        sales(&mut connection) > 250
    });
    connection
        .batch_execute("DROP TABLE lockbench_ledger")
        .unwrap();
    let output = program.end_leaving_nothing(PATIENCE);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(output.stdout.is_empty(), "there is no result");
    // After what it said it would take.
    assert!(said.contains("\nerror: "), "{said}");
    assert!(said.contains("round 1: "), "{said}");
}

#[test]
fn what_the_formats_say_is_the_same() {
    let arguments = [
        "compare",
        "--strategies",
        "naive,pessimistic,atomic",
        "--hold",
        "1ms",
    ];
    let say = |format: &str| -> String {
        let done = common::lockbench()
            .args(arguments)
            .args(SHORT)
            .args(["--format", format])
            .assert()
            .code(0);
        String::from_utf8(done.get_output().stdout.clone()).unwrap()
    };
    let text = say("text");
    assert!(text.contains("Wrong, so not ranked:\nnaive  "), "{text}");
    assert!(text.contains('█'), "{text}");
    assert!(say("markdown").contains("| not ranked "));
    let csv = say("csv");
    let header = "strategy,rank,measure,of,value,low,high";
    assert_eq!(csv.lines().next(), Some(header));
    for line in [
        "pessimistic,",
        ",goodput_per_s,",
        ",time,waiting,",
        ",latency_us_percentile,50,",
        ",round_goodput_per_s,6,",
        "naive,,violations,lost_updates,",
    ] {
        assert!(csv.contains(line), "{line}");
    }
}
