//! Which strategy to take, in plain words.

use std::sync::LazyLock;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::common;
use crate::common::program::{PATIENCE, Program, wait_for};

fn advise(format: &str, more: &[&str]) -> String {
    let done = common::lockbench()
        .args(["advise", "--duration", "50ms", "--warm-up", "10ms"])
        .args(["--precision", "90%", "--max-time", "5m"])
        .args(["--hold", "1ms", "--format", format])
        .args(more)
        .assert()
        .code(0);
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

#[test]
fn the_advice_says_what_to_take_with_its_sql_and_why_not_another() {
    let text = advise(
        "text",
        &["--no-outlook", "--strategies", "naive,pessimistic,atomic"],
    );
    assert!(text.starts_with("Take "), "{text}");
    for words in [
        "  UPDATE lockbench_items SET ",
        "  COMMIT",
        "per second at these numbers",
        "p99 latency",
        "When it fails: ",
        "What it costs: ",
        "Why not one of the others, the runner-up first:",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(
        !text.contains("naive  "),
        "what is unsafe is not compared: {text}"
    );
}

/// A whole advice, with the layers and what other numbers would change.
fn whole(database: &str) -> Value {
    let arguments = [
        "--threads",
        "4",
        "--strategies",
        "pessimistic,atomic,combine,buckets",
        "--database",
        database,
    ];
    serde_json::from_str(&advise("json", &arguments)).unwrap()
}

/// It takes a while, and two tests look at it.
static ON_SQLITE: LazyLock<Value> = LazyLock::new(|| whole("sqlite"));

#[test]
fn what_changes_the_architecture_is_offered_and_never_advised() {
    for advice in [&*ON_SQLITE, &whole(&common::postgres_url())] {
        assert_eq!(advice["schema"], "lockbench.advise/1");
        let chosen = advice["recommendation"]["label"].as_str().unwrap();
        assert!(["pessimistic", "atomic"].contains(&chosen));
        let considered: Vec<&str> = advice["comparison"]["ranked"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["label"].as_str().unwrap())
            .collect();
        assert!(!considered.contains(&"combine"), "{considered:?}");
        let statements = advice["statements"].as_array().unwrap();
        assert!(statements.len() >= 4, "{statements:?}");
        let layers = &advice["layers"];
        assert!(layers["enough_below_per_s"]["value"].is_f64(), "{layers}");
        assert_eq!(layers["comparison"]["reference"], chosen);
        for layer in layers["faster"].as_array().unwrap() {
            assert!(layer["ratio"]["low"].as_f64().unwrap() > 1.0, "{layer}");
            assert!(layer["changes"].as_str().unwrap().len() > 10, "{layer}");
        }
    }
}

#[test]
fn what_other_numbers_would_change_is_looked_at() {
    let advice = &*ON_SQLITE;
    let chosen = &advice["recommendation"]["label"];
    assert!(["pessimistic", "atomic"].contains(&chosen.as_str().unwrap()));
    let outlook = advice["outlook"].as_array().unwrap();
    let what: Vec<&str> = outlook
        .iter()
        .map(|one| one["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        what,
        [
            "10 items instead of 1",
            "1 thread instead of 4",
            "16 threads instead of 4"
        ]
    );
    for one in outlook {
        assert!(one["rounds"].as_u64().unwrap() >= 6, "{one}");
        let claims = u32::from(one["change"].is_object()) + u32::from(one["stays_ahead"] == true);
        assert!(claims <= 1, "{one}");
    }
}

#[test]
fn an_advice_that_was_interrupted_says_so_and_recommends_nothing() {
    for format in ["text", "json"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.db");
        let address = format!("sqlite:{}", file.display());
        let arguments = [
            "advise",
            "--duration",
            "1h",
            "--format",
            format,
            "--database",
            &address,
        ];
        let program = Program::start_command(&[], &arguments);
        wait_for("the file", PATIENCE, || file.exists());
        program.signal(Signal::SIGINT);
        let output = program.end_leaving_nothing(PATIENCE);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        if format == "text" {
            assert!(
                said.starts_with("Interrupted before the first round was finished: nothing"),
                "{said}"
            );
            assert!(!said.contains("no order was carried out"), "{said}");
        } else {
            let advice: Value = serde_json::from_str(&said).unwrap();
            assert_eq!(advice["interrupted"], true);
            assert_eq!(advice["comparison"]["completeness"], "interrupted");
            assert_eq!(advice["comparison"]["verdict"], "inconclusive");
            assert!(advice["recommendation"].is_null(), "{advice}");
        }
    }
}
