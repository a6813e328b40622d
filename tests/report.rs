//! The reports: the JSON contract, and what people read.

mod common;

use insta::assert_snapshot;
use serde_json::Value;

fn run(arguments: &[&str]) -> String {
    let done = common::lockbench().arg("run").args(arguments).assert();
    String::from_utf8(done.get_output().stdout.clone()).expect("text")
}

fn json(arguments: &[&str]) -> Value {
    let text = run(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text).expect("one JSON object")
}

#[test]
fn the_json_keeps_its_contract() {
    for database in ["sqlite".to_owned(), common::postgres_url()] {
        let result = json(&["--strategy", "optimistic", "--database", &database]);
        assert_eq!(result["schema"], "lockbench.run/1");
        let strategy = serde_json::json!({"name": "optimistic", "guard": "none",
            "isolation": "read-committed", "read": "plain", "write": "if-version",
            "layout": "one-row", "dispatch": "statements", "gate": null});
        assert_eq!(result["strategy"], strategy);
        assert_eq!(result["scenario"], "inventory");
        assert_eq!(result["load"]["threads"], 8);
        assert_eq!(result["load"]["pool"], 8);
        assert_eq!(result["load"]["orders"], 200);
        assert_eq!(result["load"]["hold_us"], 0);
        assert_eq!(result["load"]["rate"], Value::Null);
        assert_eq!(result["outcomes"]["sold"], 100);
        assert_eq!(result["outcomes"]["sold_out"], 100);
        for end in ["gave_up", "failed", "unknown"] {
            assert_eq!(result["outcomes"][end], 0, "{end}");
        }
        let stock = serde_json::json!({"initial": 100, "restocked": 0, "sold_units": 100,
            "ledger_units": 100, "final": 0});
        assert_eq!(result["stock"], stock);
        let violations = result["violations"].as_object().expect("an object");
        assert_eq!(violations.len(), 12);
        assert_eq!(result["effects"], Value::Null);
        assert_eq!(result["servers"], serde_json::json!([]));
        assert!(violations.values().all(|count| count == 0));
        assert_eq!(result["verdict"], "safe");
        assert_eq!(result["promise"], "safe");
        assert_eq!(result["control"]["verdict"], "unsafe");
        let attempts = result["attempts"].as_u64().expect("a count");
        let conflicts = result["conflicts"].as_object().expect("an object");
        let refused: u64 = conflicts.values().filter_map(Value::as_u64).sum();
        assert_eq!(
            attempts,
            200 + refused,
            "every attempt beyond the first had a cause"
        );
        for kind in ["first_try", "retried", "rejected"] {
            for figure in ["count", "p50", "p90", "p99", "p999", "max"] {
                assert!(
                    result["latency_us"][kind][figure].is_u64(),
                    "{kind} {figure}"
                );
            }
        }
        let counted = |kind: &str| {
            result["latency_us"][kind]["count"]
                .as_u64()
                .expect("a count")
        };
        assert_eq!(counted("first_try") + counted("retried"), 100);
        assert_eq!(counted("rejected"), 100);
        let goodput = result["goodput_per_s"].as_f64().expect("a rate");
        let elapsed = result["elapsed_s"].as_f64().expect("seconds");
        assert!(
            (goodput * elapsed - 100.0).abs() < 0.01,
            "{goodput} in {elapsed}"
        );
        assert!(
            result["database"]["version"]
                .as_str()
                .expect("a version")
                .contains('.')
        );
    }
}

#[test]
fn a_load_that_cannot_hurt_naive_proves_nothing() {
    let done = common::lockbench()
        .args(["run", "--strategy", "optimistic", "--threads", "1"])
        .assert()
        .code(4);
    let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    assert!(
        text.starts_with(
            "100 in stock, 100 sold, 0 left: inconclusive, because naive broke nothing"
        ),
        "{text}"
    );
    let done = common::lockbench()
        .args(["run", "--strategy", "naive", "--threads", "1"])
        .assert()
        .code(4);
    let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    assert!(text.contains("this load did not show it"), "{text}");
}

#[test]
fn csv_has_the_same_columns_whatever_the_outcome() {
    let header = |arguments: &[&str]| {
        let text = run(&[arguments, &["--format", "csv"]].concat());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.records().count(), 1);
        reader.headers().expect("a header").clone()
    };
    let safe = header(&["--strategy", "optimistic"]);
    assert_eq!(safe, header(&["--strategy", "naive"]));
    assert!(
        safe.iter()
            .any(|column| column == "latency_us.first_try.p999")
    );
}

#[test]
fn a_report_replaces_what_was_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.json");
    std::fs::write(&path, "x".repeat(100_000)).expect("an older and longer report");
    let name = path.to_str().expect("a path in UTF-8");
    assert_eq!(
        run(&["--strategy", "atomic", "--format", "json", "--output", name]),
        ""
    );
    let text = std::fs::read_to_string(&path).expect("the report");
    let result: Value = serde_json::from_str(&text).expect("nothing but the report");
    assert_eq!(result["outcomes"]["sold"], 100);
}

#[test]
fn with_a_rate_the_latency_counts_from_when_an_order_came_in() {
    // Forty orders a second for one buyer who needs 50 ms for each: the queue grows, and the
    // last waits for all that came before it. A closed load would show 50 ms for every one.
    let result = json(&[
        "--strategy",
        "atomic",
        "--threads",
        "1",
        "--orders",
        "20",
        "--rate",
        "40",
        "--hold",
        "50ms",
    ]);
    let slowest = result["latency_us"]["first_try"]["max"]
        .as_u64()
        .expect("a time");
    assert!(slowest > 400_000, "{slowest}");
}

#[test]
fn a_warm_up_leaves_no_trace_in_the_result() {
    let result = json(&["--strategy", "atomic", "--warm-up", "100ms"]);
    assert_eq!(result["outcomes"]["sold"], 100);
    assert_eq!(result["attempts"], 200);
}

#[test]
fn a_duration_ends_the_orders() {
    let result = json(&[
        "--strategy",
        "atomic",
        "--duration",
        "300ms",
        "--stock",
        "1000000",
        "--no-control",
    ]);
    assert_eq!(result["load"]["orders"], Value::Null);
    assert_eq!(result["load"]["duration_us"], 300_000);
    assert!(result["outcomes"]["sold"].as_u64().expect("a count") > 0);
    assert!(result["elapsed_s"].as_f64().expect("seconds") >= 0.3);
}

/// Compares with a snapshot, but for what differs from run to run and machine to machine.
fn assert_reads(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    for (pattern, stands_for) in [
        (r"(SQLite|PostgreSQL) \d[\d.]*", "$1 [version]"),
        (r"oversold by \d+, \d+ lost updates", "[damage]"),
        (r" *[\d.,]+ (µs|ms|s)\b", " [time]"),
        (r" +(p50|p90|p99|p99\.9|max)\b", " $1"),
        (
            r"\d[\d,]* (units|credits|invoices) truly",
            "[units] $1 truly",
        ),
        (
            r"goodput per second \| [\d,]+",
            "goodput per second | [units]",
        ),
        (r"-{5,}", "----"),
    ] {
        settings.add_filter(pattern, stands_for);
    }
    settings.bind(|| assert_snapshot!(name, text));
}

#[test]
fn the_text_reads_as_it_should() {
    // A strategy without conflicts, so that nothing but times can differ.
    assert_reads("text", &run(&["--strategy", "mutex"]));
}

#[test]
fn the_markdown_reads_as_it_should() {
    assert_reads(
        "markdown",
        &run(&["--strategy", "mutex", "--format", "markdown"]),
    );
}

/// One worker of one server, so that nothing but times can differ.
const ONE_WORKER: &[&str] = &["--servers=1", "--threads=1", "--items=3", "--no-control"];

#[test]
fn the_text_of_the_invoices_reads_as_it_should() {
    let arguments = ["--strategy=atomic", "--scenario=invoices", "--events"];
    assert_reads("invoices", &run(&[&arguments, ONE_WORKER].concat()));
}

#[test]
fn the_markdown_of_the_invoices_reads_as_it_should() {
    let arguments = [
        "--strategy=nowait",
        "--scenario=invoices",
        "--format=markdown",
    ];
    let server = ["--database", &common::postgres_url()];
    assert_reads(
        "invoices_markdown",
        &run(&[&arguments[..], &server, ONE_WORKER].concat()),
    );
}

#[test]
fn the_text_of_the_credit_reads_as_it_should() {
    // One window, so that the same books are bought each time.
    let arguments = ["--strategy=mutex", "--scenario=credit", "--threads=1"];
    assert_reads(
        "credit",
        &run(&[&arguments[..], &["--no-control"]].concat()),
    );
}

#[test]
fn the_text_of_the_baskets_reads_as_it_should() {
    let arguments = ["--strategy=mutex", "--items=3", "--basket=2", "--threads=1"];
    let cure = ["--basket-order=sorted", "--no-control"];
    assert_reads("baskets", &run(&[&arguments[..], &cure].concat()));
}
