//! `race --cure`: changes that a developer could make, each tried in all orders.

use std::fs;

use predicates::str::contains;
use serde_json::Value;

use super::{PYTHON, Raced, filled, race, race_sql, race_worker, shop};
use crate::common;

/// The changes that were tried under that name: in a transaction of ours, or in the program's own.
fn tried<'a>(raced: &'a Raced, name: &str, in_transaction: bool) -> &'a Value {
    let all = raced.result["cures"].as_array();
    let all = all.unwrap_or_else(|| panic!("{raced:#?}"));
    all.iter()
        .find(|it| it["name"] == name && it["in_transaction"] == in_transaction)
        .unwrap_or_else(|| panic!("{name}: {raced:#?}"))
}

/// Schedules, and how many of them are not right, with the change of that name.
fn counts(raced: &Raced, name: &str) -> (u64, u64) {
    counts_of(tried(raced, name, false))
}

fn counts_of(cure: &Value) -> (u64, u64) {
    let count = |name: &str| cure["outcome"][name].as_u64();
    let counts = count("schedules").zip(count("unsafe"));
    counts.unwrap_or_else(|| panic!("{cure:#?}"))
}

fn after(cure: &Value) -> Vec<&str> {
    let statements = cure["statements"].as_array().expect("statements");
    let texts = statements.iter().map(|it| it["after"].as_str());
    texts.map(|it| it.expect("a text")).collect()
}

/// What both clients' purchases come to, in a transaction of their own.
fn assert_cured(raced: &Raced) {
    assert_eq!(raced.counts(), (24, 22), "{raced:#?}");
    assert_eq!(raced.exit, Some(1));
    for (name, schedules) in [
        ("conditional-update", 24),
        ("compare-and-set", 24),
        ("for-update", 8),
        ("for-no-key-update", 8),
        ("advisory-lock", 10),
        ("repeatable-read", 24),
        ("serializable", 24),
        ("repeatable-read-with-retry", 24),
        ("serializable-with-retry", 24),
    ] {
        assert_eq!(counts(raced, name), (schedules, 0), "{name}: {raced:#?}");
    }
    // To take one from what is there now, or to forbid less than nothing, helps nobody who has looked.
    for name in ["relative-update", "check-constraint"] {
        assert_eq!(counts(raced, name), (24, 22), "{name}: {raced:#?}");
    }
    let failed = |name: &str| &tried(raced, name, false)["outcome"]["failed"];
    assert_eq!(*failed("for-update"), 0);
    assert_eq!(*failed("serializable"), 22);
    assert_eq!(*failed("serializable-with-retry"), 0);
    let share = &tried(raced, "for-share", false)["outcome"];
    assert_eq!(share["verdict"], "safe", "{raced:#?}");
    assert_eq!(share["deadlocked"], share["refused"]["40P01"]);
    assert!(share["deadlocked"].as_u64() > Some(0), "{raced:#?}");
    assert_eq!(
        after(tried(raced, "conditional-update", false)),
        ["UPDATE stock SET units = units - 1 WHERE id = 1 AND units >= 1"]
    );
    assert_eq!(raced.result["cures"][0]["name"], "conditional-update");
    assert_eq!(tried(raced, "transaction", false)["outcome"]["is"], "there");
}

#[test]
fn django_is_cured_by_for_update_and_by_the_conditional_update_and_told_how() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("cures.txt");
    let also = text.to_str().expect("a path");
    let page = folder.path().join("cures.html");
    let page_too = page.to_str().expect("a path");
    let arguments = ["--cure", "--also", also, "--also", page_too];
    let raced = race_worker(&shop(), &arguments, "django_shop.py", "naive");
    assert_cured(&raced);
    let said = fs::read_to_string(&text).expect("the text");
    let (_, cures) = said.split_once("\nReplay it:\n").expect("the cures");
    let (replay, cures) = cures.split_once("\n\n").expect("the cures");
    assert!(!replay.contains("--cure"), "{replay}");
    let (cures, _) = cures.split_once("\ndatabase ").expect("the rest");
    let page = fs::read_to_string(&page).expect("the page");
    assert!(page.contains("conditional UPDATE: UPDATE stock SET units = units - 1"));
    // Who is the victim of a deadlock is a matter of moments.
    let lines = cures.lines().filter(|line| !line.starts_with("FOR SHARE"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn node_postgres_is_cured_by_for_update_and_by_the_conditional_update() {
    let raced = race_worker(&shop(), &["--cure"], "node_shop.js", "naive");
    assert_cured(&raced);
}

/// Where each statement is a transaction of its own, one around all of them cures nothing, and a lock
/// without one is gone before the next statement.
#[test]
fn a_transaction_alone_cures_nothing_and_a_lock_needs_one() {
    let raced = race_worker(&shop(), &["--cure"], "django_shop.py", "autocommit");
    assert_eq!(raced.counts(), (16, 12), "{raced:#?}");
    let alone = tried(&raced, "transaction", true);
    assert_eq!(counts_of(alone), (24, 22), "{raced:#?}");
    assert_eq!(counts(&raced, "for-update"), (16, 12), "{raced:#?}");
    let both = tried(&raced, "for-update", true);
    assert_eq!(counts_of(both), (8, 0), "{raced:#?}");
    let texts = after(both);
    assert!(texts[0].starts_with("BEGIN; ") && texts[0].ends_with(" FOR UPDATE"));
    assert!(texts[1].ends_with("; COMMIT"), "{texts:?}");
    assert_eq!(counts_of(tried(&raced, "serializable", true)), (24, 0));
    assert_eq!(counts(&raced, "conditional-update"), (12, 0), "{raced:#?}");
}

#[test]
fn a_row_that_is_not_there_is_locked_by_a_unique_index_alone() {
    let database = filled("../corpus/corpus.sql");
    let program = "../corpus/psycopg2_corpus.py";
    let raced = race_worker(&database, &["--cure"], program, "insert-where-not-exists");
    assert_eq!(raced.counts(), (20, 18), "{raced:#?}");
    assert_eq!(
        raced.result["cures"][0]["name"], "on-conflict",
        "{raced:#?}"
    );
    for name in ["on-conflict", "unique-index"] {
        assert_eq!(counts(&raced, name).1, 0, "{name}: {raced:#?}");
        let database = &tried(&raced, name, false)["database"];
        assert_eq!(database, "CREATE UNIQUE INDEX ON users (email)");
    }
    assert_eq!(counts(&raced, "for-update").1, 18, "{raced:#?}");
    assert_eq!(counts(&raced, "serializable-with-retry").1, 0, "{raced:#?}");
}

#[test]
fn write_skew_needs_serializable_and_a_queue_skip_locked() {
    let database = filled("../corpus/corpus.sql");
    let program = "../corpus/psycopg2_corpus.py";
    let doctors = race_worker(&database, &["--cure"], program, "doctors");
    assert_eq!(counts(&doctors, "serializable"), (20, 0), "{doctors:#?}");
    assert_eq!(counts(&doctors, "repeatable-read").1, 18, "{doctors:#?}");
    assert_eq!(counts(&doctors, "advisory-lock").1, 0, "{doctors:#?}");
    let queue = race_worker(&database, &["--cure"], program, "claim-by-subquery");
    assert_eq!(counts(&queue, "skip-locked"), (20, 0), "{queue:#?}");
    assert_eq!(counts(&queue, "for-update").1, 0, "{queue:#?}");
}

/// Each program ends with its connection: whether what it did is kept is known only then. Where one is
/// refused it is started once more.
#[test]
fn programs_that_start_anew_are_put_into_a_transaction_and_run_again() {
    let code = "import psycopg2; c = psycopg2.connect(''); c.autocommit = True; k = c.cursor(); \
                k.execute('SELECT units FROM stock WHERE id = 1'); (n,) = k.fetchone(); \
                k.execute('UPDATE stock SET units = %s WHERE id = 1', (n + 1,))";
    let raced = race(&shop(), &["--cure"], &[PYTHON.as_str(), "-c", code]);
    assert_eq!(raced.counts(), (6, 4), "{raced:#?}");
    assert_eq!(counts(&raced, "relative-update"), (6, 0), "{raced:#?}");
    assert_eq!(
        counts_of(tried(&raced, "for-update", true)),
        (6, 0),
        "{raced:#?}"
    );
    assert!(counts_of(tried(&raced, "transaction", true)).1 > 0);
    let retried = &tried(&raced, "serializable-with-retry", true)["outcome"];
    assert_eq!(
        (&retried["unsafe"], &retried["failed"]),
        (&0.into(), &0.into())
    );
}

/// What changes what the sessions do one after the other is no cure, and what cannot be made is not
/// tried.
#[test]
fn a_change_that_does_not_fit_is_not_tried() {
    let database = filled("../corpus/corpus.sql");
    let takes = "n = execute('SELECT count(*) FROM users WHERE email = %s', 'a@b')\n\
                 if n < 2: execute(\"INSERT INTO users (email) VALUES (%s)\", 'a@b')";
    let raced = race_sql(
        &database,
        &["--cure", "--random", "20"],
        &[takes, takes, takes],
    );
    let unique = tried(&raced, "unique-index", false);
    assert_eq!(unique["outcome"]["is"], "untried", "{raced:#?}");
}

#[test]
fn nothing_is_tried_where_nothing_is_wrong() {
    let raced = race_worker(&shop(), &["--cure"], "psycopg2_shop.py", "for-update");
    raced.assert_right(8);
    assert_eq!(raced.result["cures"], Value::Null);
}

#[test]
fn it_is_refused_where_it_cannot_be() {
    let refused = |arguments: &[&str]| {
        let mut lockbench = common::lockbench();
        lockbench.args(["race", "--cure"]).args(arguments);
        lockbench.args(["--", "true"]).assert().code(2).stdout("")
    };
    refused(&["--database", "mariadb"]).stderr(contains("PostgreSQL alone"));
    refused(&["--replay", "1.2"]).stderr(contains("cannot be used with"));
}
