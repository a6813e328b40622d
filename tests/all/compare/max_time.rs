//! `--max-time` is a bound on the wall clock, kept to within one round.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::Value;

use crate::common;

/// Every command that takes `--max-time`, with what else it must be given.
const COMMANDS: [(&str, &[&str]); 3] = [
    (
        "compare",
        &["--strategies", "pessimistic,optimistic,atomic"],
    ),
    (
        "sweep",
        &[
            "--axis",
            "threads=1,4",
            "--strategies",
            "pessimistic,atomic",
        ],
    ),
    ("advise", &[]),
];

/// What the machine may take beyond what was planned, as a share: nothing here is measured against
/// a clock, but against what the command itself says of its rounds.
const SLACK: f64 = 1.3;

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// Runs it, and sees that it has ended within what it said it would take, one round and what came
/// before the rounds.
fn ends_in_time(command: &str, more: &[&str], max_time: &str, database: &str) -> Value {
    let began = Instant::now();
    let done = common::lockbench()
        .args([command, "--format", "json", "--database", database])
        .args(["--max-time", max_time])
        .args(more)
        .output()
        .unwrap();
    let took = began.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let result: Value = serde_json::from_slice(&done.stdout).expect(&said);
    let planned = said.split("at most ").nth(1).expect(&said);
    let planned = planned.split_once('.').expect(&said).0;
    let planned = humantime::parse_duration(planned).expect(planned);
    let timing = &result["timing"];
    let before = number(&timing["setup_s"]) + number(&timing["alone_s"]);
    let bound = planned.as_secs_f64().max(before) + number(&timing["longest_round_s"]);
    let elapsed = number(&result["elapsed_s"]);
    let name = format!("{command} --max-time {max_time} on {database}");
    assert!(
        elapsed <= bound * SLACK,
        "{name}: {elapsed} s, and {bound} s were allowed\n{timing}"
    );
    assert!(
        took <= (bound + before) * SLACK,
        "{name}: {took} s, and {elapsed} s by itself\n{timing}"
    );
    let comparison = match command {
        "sweep" => &result["points"][0],
        "advise" => &result["comparison"],
        _ => &result,
    };
    let rounds = comparison["rounds"].as_u64().unwrap();
    let code = done.status.code();
    if rounds < 6 {
        assert_eq!(comparison["completeness"], "too-few-rounds", "{name}");
        assert_eq!(comparison["verdict"], "inconclusive", "{name}");
        assert_eq!(code, Some(4), "{name}: {said}");
        for one in comparison["ranked"].as_array().unwrap() {
            assert!(one["ratio"]["low"].is_null(), "{name}: {one}");
            assert_eq!(one["rank"], 1, "nothing is told apart: {one}");
        }
        assert!(result["recommendation"].is_null(), "{name}");
    } else {
        assert_eq!(comparison["completeness"], "complete", "{name}");
    }
    result
}

#[test]
fn every_command_ends_within_its_time_and_one_round() {
    for (command, more) in COMMANDS {
        for max_time in ["1s", "6s"] {
            ends_in_time(command, more, max_time, "sqlite");
        }
    }
    // Starting a server is a part of the time.
    let (command, more) = COMMANDS[2];
    ends_in_time(command, more, "8s", "postgres");
}

#[test]
fn where_there_is_time_rounds_are_as_long_as_they_are_meant_to_be() {
    let arguments = ["--strategies", "pessimistic,atomic", "--precision", "90%"];
    let result = ends_in_time("compare", &arguments, "10m", "sqlite");
    let round = &result["ranked"][0]["rounds"][0];
    assert_eq!(round["duration_us"], 500_000, "{round}");
}

#[test]
fn whoever_says_how_long_a_round_is_has_it_so_long() {
    let arguments = ["--strategies", "pessimistic,atomic", "--duration", "400ms"];
    let result = ends_in_time("compare", &arguments, "1s", "sqlite");
    let round = &result["ranked"][0]["rounds"][0];
    assert_eq!(round["duration_us"], 400_000, "{round}");
    assert!(
        result["rounds"].as_u64().unwrap() < 6,
        "{}",
        result["rounds"]
    );
}

#[test]
fn a_first_look_is_a_short_time() {
    let done = common::lockbench()
        .args(["compare", "--quick", "--format", "json"])
        .args(["--strategies", "pessimistic,atomic"])
        .output()
        .unwrap();
    let result: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(result["max_time_s"], 10.0);
    assert!(result["command"].as_str().unwrap().contains("--quick"));
}

#[test]
fn no_command_that_takes_a_time_is_left_out_here() {
    let all = lockbench::cli::command();
    let taking: BTreeSet<&str> = all
        .get_subcommands()
        .filter(|command| {
            command
                .get_arguments()
                .any(|one| one.get_id() == "max_time")
        })
        .map(clap::Command::get_name)
        .collect();
    let tried: BTreeSet<&str> = COMMANDS.iter().map(|(command, _)| *command).collect();
    assert_eq!(taking, tried);
}
