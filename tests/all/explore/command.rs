//! `lockbench explore` on the command line.

use predicates::str::contains;
use serde_json::Value;

use crate::common;

/// What it prints as JSON.
fn json(arguments: &[&str]) -> Value {
    let done = common::lockbench()
        .args(["explore", "--format", "json"])
        .args(arguments)
        .assert()
        .success();
    serde_json::from_slice(&done.get_output().stdout).expect("JSON")
}

#[test]
fn the_verdict_comes_first_and_the_lanes_fit_80_columns() {
    let done = common::lockbench()
        .args(["explore", "--strategy", "naive"])
        .assert()
        .success();
    let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    assert!(
        text.starts_with("oversells in 12 of 16 schedules\n"),
        "{text}"
    );
    let lanes = text.lines().skip_while(|line| !line.contains("session 1"));
    let lanes: Vec<&str> = lanes.take_while(|line| !line.is_empty()).collect();
    assert!(lanes[0].contains("session 2"), "{text}");
    assert!(
        lanes.iter().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert!(lanes.iter().any(|line| line.ends_with("stock 0")), "{text}");
    assert!(text.contains("1 in stock, 2 sold, 0 left: oversold by 1, 1 lost update"));
}

#[test]
fn the_json_has_what_its_schema_says() {
    let result = json(&["--strategy", "naive"]);
    assert_eq!(result["schema"], "lockbench.explore/1");
    assert_eq!(result["strategy"]["name"], "naive");
    assert_eq!(result["coverage"], "every schedule");
    for (key, value) in [
        ("schedules", 16),
        ("unsafe", 12),
        ("pruned", 0),
        ("cut", 0),
        ("deadlocked", 0),
        ("false_sold_out", 0),
        ("sessions", 2),
        ("stock", 1),
    ] {
        assert_eq!(result[key], value, "{key}");
    }
    assert_eq!(result["verdict"], "unsafe");
    let state = &result["final_states"][0];
    assert_eq!(
        (&state["sold"], &state["stock"], &state["count"]),
        (&2.into(), &0.into(), &12.into())
    );
    let step = &result["witness"]["steps"][0];
    assert_eq!(step["session"], 1);
    assert_eq!(step["result"], "stock = 1, version = 0");
    assert_eq!(step["stock_after"], 1);
    assert_eq!(step["blocked_by"], Value::Null);
}

#[test]
fn a_witness_replays_and_under_another_strategy_says_where_it_could_not_follow() {
    let token = json(&["--strategy", "naive"])["witness"]["replay"].clone();
    let token = token.as_str().expect("a token");
    let again = json(&["--strategy", "naive", "--replay", token]);
    assert_eq!(again["schema"], "lockbench.replay/1");
    assert_eq!(again["replay"], token);
    assert!(again["wrong"].is_string());
    common::lockbench()
        .args([
            "explore",
            "--strategy",
            "atomic",
            "--replay",
            "1.2.1.1.1.1.1",
        ])
        .assert()
        .success()
        .stdout(contains("nothing is wrong at the end of this schedule"));
    let other = json(&["--strategy", "mutex", "--replay", "1.2.2.2"]);
    assert!(!other["fell_back"].as_array().expect("steps").is_empty());
}

#[test]
fn it_can_end_before_all_schedules_were_run_and_says_what_it_has_covered() {
    let first = json(&["--strategy", "naive", "--stop-at-first"]);
    assert_eq!(
        (&first["unsafe"], &first["stopped_at_first"]),
        (&1.into(), &true.into())
    );
    assert_eq!(first["coverage"], "a part of the schedules");
    assert_eq!(first["extent"]["share"], Value::Null);
    let all = json(&["--strategy", "naive"]);
    assert_eq!(
        (&all["extent"]["all"], &all["extent"]["share"]),
        (&16.into(), &1.0.into())
    );
    let random = json(&["--strategy", "naive", "--random", "200", "--for", "10m"]);
    let about = random["extent"]["estimated"].as_f64().expect("an estimate");
    assert!((12.0..21.0).contains(&about), "{about}");
    common::lockbench()
        .args(["explore", "--strategy", "atomic", "--sessions", "4"])
        .args(["--random", "--for", "200ms"])
        .assert()
        .code(4)
        .stdout(contains("different ones of"));
    common::lockbench()
        .args(["explore", "--strategy", "atomic", "--random"])
        .assert()
        .code(2);
}

#[test]
fn what_was_covered_is_said_and_a_bound_makes_it_inconclusive() {
    common::lockbench()
        .args(["explore", "--strategy", "mutex", "--preemptions", "1"])
        .assert()
        .code(4)
        .stdout(contains(
            "this covers only every\nschedule with at most 1 preemption",
        ));
    common::lockbench()
        .args([
            "explore",
            "--strategy",
            "naive",
            "--random",
            "20",
            "--seed",
            "3",
        ])
        .assert()
        .success()
        .stdout(contains("20 random schedules (seed 3)"));
    common::lockbench()
        .args([
            "explore",
            "--strategy",
            "atomic",
            "--sessions",
            "3",
            "--stock",
            "2",
        ])
        .assert()
        .success()
        .stdout(contains("equivalent branches pruned"));
}

#[test]
fn bad_input_is_refused_in_a_sentence() {
    for (arguments, said) in [
        (["--sessions", "0"], "at least one session"),
        (["--sessions", "1"], "nobody to conflict with"),
        (["--sessions", "99"], "at most 6"),
        (["--stock", "-1"], "the stock is -1"),
        (["--quantity", "0"], "the quantity is 0"),
        (["--max-attempts", "0"], "at least one attempt"),
        (["--replay", "1.x"], "'1.x' is not a schedule"),
        (
            ["--replay", "1.3"],
            "the schedule names session 3, and there are only 2",
        ),
        (["--read", "skip-locked"], "SQLite locks the whole database"),
    ] {
        common::lockbench()
            .args(["explore", "--strategy", "optimistic"])
            .args(arguments)
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains(said));
    }
}
