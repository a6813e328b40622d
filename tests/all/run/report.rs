//! The reports: the JSON contract, and what people read.

use insta::assert_snapshot;
use lockbench::db::Backend;
use lockbench::model::load::Load;
use lockbench::model::strategy::Strategy;
use lockbench::report::run::{Format, render};
use lockbench::run::Shop;
use lockbench::run::audit::OutcomeCounts;
use serde_json::Value;

use crate::common;

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
            let figures = &result["latency_us"][kind];
            let count = figures["count"].as_u64().expect("a count");
            assert!(figures["max"].is_u64(), "{kind} max");
            // A percentile takes as many orders as one of them to lie beyond it.
            for (figure, needed) in [("p50", 2), ("p90", 10), ("p99", 100), ("p999", 1_000)] {
                assert_eq!(
                    figures[figure].is_u64(),
                    count >= needed,
                    "{kind} {figure} of {count}"
                );
                assert!(figures[figure].is_u64() || figures[figure].is_null());
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
        (r" +—", " —"),
        (r" +(p50|p90|p99|p99\.9|max)\b", " $1"),
        (
            r"\d[\d,]* (units|credits|invoices) actually",
            "[units] $1 actually",
        ),
        (r"(goodput: [a-z ]+) \| [\d,]+", "$1 | [units]"),
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

/// Runs `atomic` under a load of that file, with further arguments.
fn named_load(file: &str, arguments: &[&str]) -> assert_cmd::assert::Assert {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("lockbench.toml"), file).expect("the file");
    common::lockbench()
        .args(["run", "--strategy", "atomic", "--no-control"])
        .args(["--format", "json"])
        .args(arguments)
        .current_dir(folder.path())
        .assert()
}

#[test]
fn a_named_load_gives_its_numbers_and_options_win() {
    let file = "
        [loads.checkout]
        threads = 3
        pool = 2
        items = 4
        stock = 7
        orders = 11
        quantity = \"1..2\"
        basket = 2
        basket-order = \"sorted\"
        skew = 0.5
        hold = \"1ms\"
        restock = 0.25
        rate = 500.0
        seed = 9
        max-attempts = 50
        slots = 2
        warm-up = \"10ms\"

        [loads.timed]
        duration = \"50ms\"
        quantity = 2
        until-empty = false
        pin = false
    ";
    let load = |arguments: &[&str]| -> Value {
        let done = named_load(file, arguments);
        let result: Value = serde_json::from_slice(&done.get_output().stdout).expect("JSON");
        result["load"].clone()
    };
    let wanted = serde_json::json!({"threads": 3, "pool": 2, "items": 4, "stock": 7, "orders": 11,
        "duration_us": null, "quantity": {"least": 1, "most": 2}, "until_empty": false, "basket": 2,
        "basket_order": "sorted", "skew": 0.5, "hold_us": 1000, "restock": 0.25, "rate": 500.0,
        "seed": 9, "max_attempts": 50, "slots": 2, "pin": false, "warm_up_us": 10_000});
    let found = load(&["--load", "checkout"]);
    for (key, value) in wanted.as_object().expect("an object") {
        if key != "quantity" {
            assert_eq!(found[key], *value, "{key}");
        }
    }
    let found = load(&[
        "--load=checkout",
        "--threads=2",
        "--seed=1",
        "--duration=50ms",
    ]);
    assert_eq!(found["threads"], 2);
    assert_eq!(found["seed"], 1, "also where it is the default");
    assert_eq!(found["orders"], Value::Null, "an option says how it ends");
    assert_eq!(found["duration_us"], 50_000);
    assert_eq!(found["stock"], 7);
    let found = load(&["--load=timed", "-n", "5"]);
    assert_eq!(
        (&found["orders"], &found["duration_us"]),
        (&5.into(), &Value::Null)
    );
}

#[test]
fn a_file_of_named_loads_that_makes_no_sense_is_refused_with_what_is_known() {
    let one = "[loads.one]\n";
    for (file, arguments, said) in [
        (
            one,
            &["--load", "two"][..],
            "lockbench.toml has no load \"two\"; it has one",
        ),
        (
            "[loads.one]\nthread = 3\n",
            &["--load", "one"],
            "lockbench.toml, line 2: unknown field `thread`, expected one of `threads`, `pool`, `items`",
        ),
        (
            "[load.one]\n",
            &["--load", "one"],
            "unknown field `load`, expected `loads`",
        ),
        (
            "[loads.one]\nhold = \"5\"\n",
            &["--load", "one"],
            "line 2: 5 what? Write 5ms or 5s",
        ),
        (
            "[loads.one]\nquantity = \"x\"\n",
            &["--load", "one"],
            "`x` is not a quantity",
        ),
        (
            "[loads.one]\nthreads = 0\n",
            &["--load", "one"],
            "at least one thread",
        ),
        (
            "[loads.one]\norders = 3\nduration = \"1s\"\n",
            &["--load", "one"],
            "has both a duration and a number of orders",
        ),
        (
            one,
            &["--load", "one", "--config", "absent.toml"],
            "cannot read absent.toml",
        ),
        (one, &["--config", "lockbench.toml"], "--load <NAME>"),
    ] {
        let done = named_load(file, arguments).code(2).stdout("");
        let text = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(text.contains(said), "{arguments:?} {file:?}: {text}");
    }
}

#[test]
fn a_dry_run_shows_the_load_the_sql_and_the_time_and_touches_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    let file = format!("sqlite:{}", path.display());
    for (database, sql) in [
        (
            file.as_str(),
            "UPDATE lockbench_items SET stock = stock - ?",
        ),
        (
            "postgres://nobody:hunter2@nowhere.invalid/none",
            "UPDATE lockbench_items SET stock = stock - $1",
        ),
    ] {
        let text = run(&[
            "--strategy",
            "atomic",
            "--dry-run",
            "--orders",
            "500",
            "--hold",
            "10ms",
            "--database",
            database,
        ]);
        assert!(text.starts_with("Dry run: nothing is run"), "{text}");
        assert!(
            text.contains("500 orders of 1, hold 10ms, seed 1"),
            "{text}"
        );
        assert!(text.contains(sql), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
        // 500 orders that think for 10 ms each: 5 s one after the other, an eighth of it at once.
        let time = text
            .lines()
            .find(|line| line.starts_with("time"))
            .expect("a line");
        let seconds: Vec<f64> = time
            .split(" s if")
            .filter_map(|part| part.rsplit(' ').next()?.parse().ok())
            .collect();
        let [at_once, one_by_one] = seconds[..2] else {
            panic!("{time}")
        };
        assert!(at_once >= 0.62 && one_by_one >= 5.0, "{time}");
        assert!((one_by_one / at_once - 8.0).abs() < 0.5, "{time}");
    }
    assert!(
        std::fs::read_dir(folder.path())
            .expect("it")
            .next()
            .is_none()
    );
    let timed = run(&[
        "--strategy",
        "naive",
        "--dry-run",
        "--duration",
        "3s",
        "--warm-up",
        "1s",
    ]);
    assert!(timed.contains("time        4.00 s"), "{timed}");
}

#[test]
fn a_number_has_one_name_and_one_value_in_every_format() {
    let database = common::database(Backend::Sqlite);
    let mut shop = Shop::open(&database).unwrap();
    let mut result = common::run(&mut shop, Strategy::Atomic, &Load::default());
    result.outcomes = OutcomeCounts {
        sold: 1_001,
        restocked: 1_002,
        sold_out: 1_003,
        in_use: 1_004,
        gave_up: 1_005,
        failed: 1_006,
        unknown: 1_007,
        unknown_found: 17,
        unknown_not_found: 18,
    };
    result.goodput_per_s = 1_234.4;
    let text = render(&result, Format::Text, usize::MAX).unwrap();
    let markdown = render(&result, Format::Markdown, usize::MAX).unwrap();
    let json: Value =
        serde_json::from_str(&render(&result, Format::Json, usize::MAX).unwrap()).unwrap();
    let csv = render(&result, Format::Csv, usize::MAX).unwrap();
    let mut csv = csv::Reader::from_reader(csv.as_bytes());
    let columns = csv.headers().unwrap().clone();
    let row = csv.records().next().unwrap().unwrap();
    let orders = text
        .lines()
        .find(|line| line.starts_with("orders "))
        .unwrap();
    assert_snapshot!(orders, @"orders      1,001 sold (17 of them of unknown outcome, found in the ledger), 1,002 restocked, 1,003 turned away as sold out, 1,004 skipped because the item was in use, 1,005 gave up (18 of them of unknown outcome, not found in the ledger), 1,006 failed, 1,007 unknown");
    for (name, number) in result.outcomes.named() {
        assert_eq!(json["outcomes"][name], number, "{name}");
        let column = columns
            .iter()
            .position(|column| column == format!("outcomes.{name}"));
        assert_eq!(&row[column.expect(name)], number.to_string(), "{name}");
        let shown = match number {
            1_000.. => format!("1,{:03}", number % 1_000),
            _ => number.to_string(),
        };
        let line = format!("| {} | {shown} |", name.replace('_', " "));
        assert!(markdown.contains(&line), "{line}\n{markdown}");
    }
    assert!(
        text.contains("\ngoodput     1,234 units actually sold per second"),
        "{text}"
    );
    assert!(
        markdown.contains("| goodput: units actually sold per second | 1,234 |"),
        "{markdown}"
    );
    assert_eq!(json["goodput_per_s"], 1_234.4);
}
