//! What cannot be raced: a sentence each.

use super::{PYTHON, Raced, race, race_sql, shop};
use crate::common;

#[track_caller]
fn assert_refused(raced: &Raced, exit: i32, words: &str) {
    assert_eq!(raced.exit, Some(exit), "{raced:#?}");
    assert!(raced.said.contains(words), "{raced:#?}");
    assert_eq!(raced.said.trim().lines().count(), 1, "{raced:#?}");
}

#[test]
fn a_program_that_sends_nothing_is_refused() {
    let raced = race(&shop(), &[], &["true"]);
    assert_refused(&raced, 2, "`true` sent no statement through race's port");
}

#[test]
fn a_program_that_is_not_there_is_refused() {
    let raced = race(&shop(), &[], &["no-such-program"]);
    assert_refused(&raced, 2, "cannot start `no-such-program`");
}

#[test]
fn a_program_that_fails_alone_is_refused_in_its_own_words() {
    let command = [
        PYTHON.as_str(),
        "steps.py",
        "execute('SELECT * FROM nothing')",
    ];
    let raced = race(&shop(), &[], &command);
    assert_refused(&raced, 2, "fails already when it runs alone: exit 1");
    assert!(
        raced.said.contains("\"nothing\" does not exist"),
        "{raced:#?}"
    );
}

#[test]
fn a_worker_that_ends_at_its_work_is_refused_in_its_own_words() {
    let worker = "console.log('ready'); process.stdin.once('data', () => nothing());";
    let raced = race(&shop(), &["--worker"], &["node", "-e", worker]);
    let words =
        "fails already when it runs alone: the worker ended: ReferenceError: nothing is not";
    assert_refused(&raced, 2, words);
}

#[test]
fn a_program_that_does_not_repeat_itself_gives_no_verdict() {
    let dice = "import random; \
         [execute('INSERT INTO orders (item) VALUES (1)') for _ in range(random.randint(1, 1000000) % 997)]; \
         execute('SELECT 1 FROM stock')";
    let raced = race_sql(&shop(), &[], &[dice, dice]);
    assert_refused(&raced, 4, "one after the other do not leave the same");
}

#[test]
fn a_program_that_insists_on_tls_is_told_so() {
    let command = "import psycopg2; psycopg2.connect('sslmode=require')";
    let raced = race(&shop(), &[], &[PYTHON.as_str(), "-c", command]);
    assert_refused(&raced, 2, "insists on TLS");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_runs() {
    let url = common::postgres_url();
    for (arguments, words) in [
        (
            &["--sessions", "1"][..],
            "one session alone has nobody to race",
        ),
        (&["--sessions", "9"], "9 sessions have more schedules"),
        (&["--env", "x"], "'x' is not a variable"),
        (&["--replay", "1.3"], "the schedule names session 3"),
        (&["--setup", "no.sql"], "cannot read no.sql"),
    ] {
        assert_refused(&race(&url, arguments, &["true"]), 2, words);
    }
    let sqlite = race("sqlite", &[], &["true"]);
    assert_refused(&sqlite, 2, "race runs on PostgreSQL");
    let ignored = race(&shop(), &["--ignore", "orders.x"], &["true"]);
    assert_refused(&ignored, 2, "there is no column orders.x");
    let unasked = race(&shop(), &["--invariant", "SELECT x"], &["true"]);
    assert_refused(&unasked, 2, "the invariant `SELECT x` cannot be asked");
    let nobody = race("postgres://nobody@127.0.0.1:1/none", &[], &["true"]);
    assert_eq!(nobody.exit, Some(3), "{nobody:#?}");
}

#[test]
fn a_set_up_that_fails_says_what_it_said() {
    let raced = race(&shop(), &["--setup", "echo broken >&2; exit 7"], &["true"]);
    assert_refused(&raced, 3, "failed (exit status: 7): broken");
    let with_password = ["--setup", "false postgres://me:secret@localhost/shop"];
    let raced = race(&shop(), &with_password, &["true"]);
    assert_refused(&raced, 3, "failed (exit status: 1)");
    assert!(!raced.said.contains("secret"), "{}", raced.said);
}

#[test]
fn an_application_is_named_without_its_password() {
    let serve = "false postgres://me:secret@localhost/shop";
    let raced = race(&shop(), &["--http", "/", "--serve", serve], &[]);
    assert_refused(&raced, 2, "ended before it took requests");
    assert!(!raced.said.contains("secret"), "{}", raced.said);
}
