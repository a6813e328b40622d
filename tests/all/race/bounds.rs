//! A race that ends before all orders were run, and what it says it has covered.

use std::process::Command;

use super::{PYTHON, Raced, programs, race_worker, shop};
use crate::common;

fn raced(arguments: &[&str], how: &str) -> Raced {
    race_worker(&shop(), arguments, "psycopg2_shop.py", how)
}

fn number(raced: &Raced, name: &str) -> f64 {
    let found = raced.result["extent"][name].as_f64();
    found.unwrap_or_else(|| panic!("{name}: {raced:#?}"))
}

#[test]
fn it_stops_at_the_first_order_that_goes_wrong_and_says_so() {
    let found = raced(&["--stop-at-first"], "naive");
    let (schedules, broken) = found.counts();
    assert_eq!(broken, 1, "{found:#?}");
    assert!(schedules < 24, "{found:#?}");
    assert_eq!(found.exit, Some(1));
    assert_eq!(found.result["stopped_at_first"], true);
    assert_eq!(found.result["coverage"], "a part of the schedules");
    assert_eq!(number(&found, "distinct"), schedules as f64);
    assert!(found.result["extent"]["share"].is_null(), "{found:#?}");
    let likelihood = number(&found, "likelihood");
    assert!(likelihood > 0.0 && likelihood < 0.9, "{likelihood}");
    assert_eq!(found.result["witness"]["repeats"], true, "{found:#?}");
    // Where none goes wrong it runs all of them, which is a proof.
    let found = raced(&["--stop-at-first"], "for-update");
    found.assert_right(8);
    assert_eq!(found.result["stopped_at_first"], false);
    assert_eq!((number(&found, "all"), number(&found, "share")), (8.0, 1.0));
}

#[test]
fn it_runs_orders_at_random_until_the_time_is_up_and_proves_nothing() {
    let found = raced(&["--random", "--for", "1500ms"], "for-update");
    let (schedules, broken) = found.counts();
    assert_eq!((found.exit, broken), (Some(4), 0), "{found:#?}");
    let covered = found.result["coverage"].to_string();
    assert!(
        covered.contains(&format!("{schedules} random schedules (seed 1)")),
        "{covered}"
    );
    assert!(number(&found, "distinct") <= 8.0, "{found:#?}");
    assert!(number(&found, "likelihood") <= 1.0, "{found:#?}");
    assert!(found.result["extent"]["all"].is_null(), "{found:#?}");
    let found = raced(&["--random", "--for", "1500ms"], "naive");
    assert_eq!(found.exit, Some(1), "{found:#?}");
    // The number comes first where it is reached first.
    let found = raced(&["--random", "60", "--for", "5m"], "for-update");
    assert_eq!(found.counts(), (60, 0));
    let about = number(&found, "estimated");
    assert!((7.0..10.0).contains(&about), "{found:#?}");
    assert!(number(&found, "share") > 0.5, "{found:#?}");
}

#[test]
fn without_enough_time_for_all_orders_there_is_no_verdict() {
    let three = ["--sessions", "3", "--no-pruning", "--for", "1ms"];
    let found = raced(&three, "for-update");
    assert_eq!(found.exit, Some(4), "{found:#?}");
    let reason = found.result["reason"].to_string();
    assert!(reason.contains("a part of the schedules"), "{reason}");
    assert!(number(&found, "likelihood") < 1.0, "{found:#?}");
    // With enough of it the answer is the same as without an end.
    raced(&["--for", "10m"], "for-update").assert_right(8);
}

#[test]
fn random_orders_have_an_end() {
    let found = raced(&["--random"], "naive");
    assert_eq!(found.exit, Some(2), "{found:#?}");
    assert!(found.said.contains("--random --for 60s"), "{}", found.said);
}

/// What it writes to a terminal.
fn on_terminal(database: &str, options: &[&str]) -> String {
    const PTY: &str = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    let python = PYTHON.as_str();
    let command = common::lockbench();
    let modules = super::clients().join("python");
    let done = Command::new(python)
        .args(["-c", PTY])
        .arg(command.get_program())
        .args(["--quiet", "race", "--worker", "--database", database])
        .args(options)
        .args(["--", python, "psycopg2_shop.py", "naive", "worker"])
        .current_dir(programs())
        .env("PYTHONPATH", modules)
        .env("NO_COLOR", "1")
        .output()
        .expect("Python");
    String::from_utf8_lossy(&done.stdout).replace('\r', "")
}

#[test]
fn on_a_terminal_the_first_that_goes_wrong_is_enough_unless_all_are_asked_for() {
    let database = shop();
    let text = on_terminal(&database, &[]);
    assert!(
        text.contains("NOT SERIALIZABLE in 1 of the first "),
        "{text}"
    );
    assert!(text.contains("--all runs all orders"), "{text}");
    assert!(!text.contains("--replay 1.1.1.1.2.2.2.2"), "{text}");
    let text = on_terminal(&database, &["--all"]);
    assert!(text.contains("NOT SERIALIZABLE in 22 of 24"), "{text}");
    // What is kept is whole.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("race.json").display().to_string();
    let text = on_terminal(&database, &["--also", &file]);
    assert!(text.contains("NOT SERIALIZABLE in 22 of 24"), "{text}");
}
