//! `--dry-run` says what a command would do, and touches neither a database nor a file.

use std::collections::BTreeSet;

use crate::common;

/// Every command that puts a load on a database, with what it must be given, and what it says of
/// the time.
const COMMANDS: [(&str, &[&str], &str); 5] = [
    ("run", &["--strategy", "atomic"], "time        about "),
    (
        "check",
        &["--strategies", "atomic,pessimistic"],
        "time        about ",
    ),
    (
        "compare",
        &["--strategies", "atomic,slow=pessimistic+hold=1ms"],
        "time        at most 1m",
    ),
    (
        "sweep",
        &["--strategies", "atomic,optimistic", "--axis", "threads=2,4"],
        "time        at most 1m",
    ),
    (
        "advise",
        &["--strategies", "atomic,pessimistic"],
        "time        at most 1m",
    ),
];

#[test]
fn every_command_that_loads_a_database_can_be_run_dry() {
    let loads = |command: &&clap::Command| {
        let arguments: BTreeSet<_> = command.get_arguments().map(|one| one.get_id()).collect();
        arguments.iter().any(|id| *id == "threads")
    };
    let all = lockbench::cli::command();
    let loading: BTreeSet<&str> = all
        .get_subcommands()
        .filter(loads)
        .map(|one| one.get_name())
        .collect();
    let tried: BTreeSet<&str> = COMMANDS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(loading, tried);
}

#[test]
fn it_shows_the_load_the_sql_and_the_time_and_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let file = format!("sqlite:{}", path.display());
    for (name, arguments, time) in COMMANDS {
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
            let done = common::lockbench()
                .arg(name)
                .args(arguments)
                .args(["--dry-run", "--threads", "3", "--database", database])
                .arg("--output")
                .arg(folder.path().join("report"))
                .assert()
                .success();
            let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
            for wanted in [
                "Dry run: nothing is run, and nothing is touched.\n",
                "\nload        3 threads, 1 item × ",
                " (not opened)\n",
                time,
                sql,
            ] {
                assert!(text.contains(wanted), "{name}: {wanted}\n{text}");
            }
            assert!(!text.contains("hunter2"), "{text}");
            let left = std::fs::read_dir(folder.path()).unwrap().count();
            assert_eq!(left, 0, "{name} on {database}");
        }
    }
}

#[test]
fn a_check_takes_as_long_as_its_rounds_and_their_control() {
    let text = |arguments: &[&str]| {
        let done = common::lockbench()
            .args(["check", "--dry-run", "--strategies", "atomic,pessimistic"])
            .args(arguments)
            .args(["--duration", "2s", "--database", "sqlite"])
            .assert()
            .success();
        String::from_utf8_lossy(&done.get_output().stdout).into_owned()
    };
    let five = text(&[]);
    assert!(five.contains("\ntime        30 s\n"), "{five}");
    assert!(five.contains("\nproofs "), "{five}");
    let one = text(&["--rounds", "1", "--no-proof"]);
    assert!(one.contains("\ntime        6.00 s\n"), "{one}");
    assert!(!one.contains("\nproofs "), "{one}");
}

#[test]
fn the_precision_is_the_one_that_was_asked_for() {
    let done = common::lockbench()
        .args(["compare", "--dry-run", "--strategies", "atomic,optimistic"])
        .args(["--precision", "2.5%", "--database", "sqlite"])
        .assert()
        .success();
    let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    let line = "\nrounds      six or more, until every ratio is within ±2.5 %\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn what_makes_no_sense_is_refused_all_the_same() {
    for arguments in [
        ["run", "--strategy", "atomic", "--threads", "0"],
        ["check", "--strategies", "atomic", "--stock", "-1"],
        ["sweep", "--axis", "threads=2,4", "--pool", "0"],
    ] {
        common::lockbench()
            .args(arguments)
            .arg("--dry-run")
            .assert()
            .code(2)
            .stdout("");
    }
}
