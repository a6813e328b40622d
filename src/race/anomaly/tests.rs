mod certainty;
mod mariadb;

use super::*;
use crate::explore::{End, Token};

/// A step: its session, the SQL, and what came of it.
type Line<'a> = (usize, &'a str, &'a str);

fn step((session, sql, result): Line<'_>) -> Step {
    Step {
        session,
        attempt: 1,
        sql: sql.to_owned(),
        binds: Vec::new(),
        result: Some(result.to_owned()),
        code: None,
        failed: false,
        blocked_by: None,
        blocked_until: None,
        state_after: None,
    }
}

fn explainer() -> Explainer {
    Explainer {
        tables: Tables::of(&[
            ("stock", &["id", "units", "version"]),
            ("users", &["id", "email"]),
            ("doctors", &["id", "on_call"]),
            ("accounts", &["id", "balance"]),
            ("reports", &["id", "total"]),
        ]),
        dialect: Dialect::Postgres,
    }
}

/// What went wrong, where no order of the sessions leaves the same, and these tables differ.
fn explained(lines: &[Line<'_>], differing: &[&str]) -> Option<Anomaly> {
    let steps = lines.iter().map(|line| step(*line)).collect();
    explain(steps, differing)
}

fn explain(steps: Vec<Step>, differing: &[&str]) -> Option<Anomaly> {
    explain_by(&explainer(), steps, differing)
}

fn explain_by(explainer: &Explainer, steps: Vec<Step>, differing: &[&str]) -> Option<Anomaly> {
    let history = History {
        replay: Token(Vec::new()),
        steps,
        states: Vec::new(),
        endings: Vec::new(),
        state: End::Never,
        broken: Some("it is not right".to_owned()),
        fell_back: Vec::new(),
    };
    let differences: Vec<Difference> = differing
        .iter()
        .map(|table| Difference {
            table: (*table).to_owned(),
            found: String::new(),
            expected: Vec::new(),
            rows: 2,
            expected_rows: vec![1],
        })
        .collect();
    explainer.explain(&history, &differences, true, true)
}

#[track_caller]
fn assert_name(lines: &[Line<'_>], differing: &[&str], name: Option<AnomalyName>) -> Anomaly {
    let anomaly = explained(lines, differing).expect("a circle");
    assert_eq!(anomaly.name, name, "{anomaly:#?}");
    anomaly
}

const NAIVE: [Line<'static>; 6] = [
    (1, "SELECT units FROM stock WHERE id = 1", "1"),
    (2, "SELECT units FROM stock WHERE id = 1", "1"),
    (2, "UPDATE stock SET units = 0 WHERE id = 1", "1 row"),
    (2, "COMMIT", "ok"),
    (1, "UPDATE stock SET units = 0 WHERE id = 1", "1 row"),
    (1, "COMMIT", "ok"),
];

#[test]
fn what_is_read_and_overwritten_is_a_lost_update() {
    let anomaly = assert_name(&NAIVE, &["stock"], Some(AnomalyName::LostUpdate));
    assert_eq!(anomaly.table.as_deref(), Some("stock"));
    assert_eq!(anomaly.key["id"], "1");
    let steps: Vec<usize> = anomaly.statements.iter().map(|it| it.step).collect();
    assert_eq!(steps, [1, 3, 5]);
    assert_eq!(anomaly.because, None);
}

#[test]
fn what_is_computed_by_the_database_is_no_lost_update() {
    let mut lines = NAIVE;
    lines[2].1 = "UPDATE stock SET units = units - 1 WHERE id = 1";
    lines[4].1 = "UPDATE stock SET units = units - 1 WHERE id = 1";
    let anomaly = assert_name(&lines, &["stock"], None);
    assert_eq!(anomaly.circle.len(), 2);
}

#[test]
fn columns_and_rows_that_are_others_make_no_circle() {
    let mut lines = NAIVE;
    lines[0].1 = "SELECT units FROM stock WHERE id = 2";
    lines[4].1 = "UPDATE stock SET units = 0 WHERE id = 2";
    assert_eq!(explained(&lines, &["stock"]), None);
    let mut lines = NAIVE;
    lines[2].1 = "UPDATE stock SET version = 2 WHERE id = 1";
    assert_eq!(explained(&lines, &["stock"]), None);
}

#[test]
fn a_text_that_does_not_tell_gives_no_name_where_the_table_is_not_wrong() {
    let mut lines = NAIVE.to_vec();
    lines.insert(2, (2, "SELECT buy(1)", "1"));
    assert_name(&lines, &["accounts"], None);
    assert_name(&lines, &["stock"], Some(AnomalyName::LostUpdate));
}

#[test]
fn a_read_before_the_lock_is_why() {
    let lines = [
        (1, "SELECT * FROM stock WHERE id = 1", "1, 5, 0"),
        (2, "SELECT * FROM stock WHERE id = 1", "1, 5, 0"),
        (
            2,
            "SELECT * FROM stock WHERE id = 1 FOR NO KEY UPDATE",
            "1, 5, 0",
        ),
        (2, "UPDATE stock SET units = 4 WHERE id = 1", "1 row"),
        (2, "COMMIT", "ok"),
        (
            1,
            "SELECT * FROM stock WHERE id = 1 FOR NO KEY UPDATE",
            "1, 4, 0",
        ),
        (1, "UPDATE stock SET units = 4 WHERE id = 1", "1 row"),
        (1, "COMMIT", "ok"),
    ];
    let anomaly = assert_name(&lines, &["stock"], Some(AnomalyName::LostUpdate));
    let Some(AnomalyCause::ReadBeforeLock { lock }) = anomaly.because else {
        panic!("{anomaly:#?}");
    };
    assert_eq!(lock.step, 6);
}

#[test]
fn an_advisory_lock_given_back_before_the_commit_is_why() {
    let lines = [
        (1, "SELECT pg_advisory_lock(7)", ""),
        (1, "SELECT units FROM stock WHERE id = 1", "1"),
        (1, "UPDATE stock SET units = 0 WHERE id = 1", "1 row"),
        (1, "SELECT pg_advisory_unlock(7)", "t"),
        (2, "SELECT pg_advisory_lock(7)", ""),
        (2, "SELECT units FROM stock WHERE id = 1", "1"),
        (1, "COMMIT", "ok"),
        (2, "UPDATE stock SET units = 0 WHERE id = 1", "1 row"),
        (2, "SELECT pg_advisory_unlock(7)", "t"),
        (2, "COMMIT", "ok"),
    ];
    let anomaly = assert_name(&lines, &["stock"], Some(AnomalyName::LostUpdate));
    let Some(AnomalyCause::UnlockBeforeCommit { unlock, commit }) = anomaly.because else {
        panic!("{anomaly:#?}");
    };
    assert_eq!((unlock.step, commit.step), (4, 7));
}

#[test]
fn each_that_writes_what_the_other_has_read_is_write_skew() {
    let lines = [
        (1, "SELECT count(*) FROM doctors WHERE on_call", "2"),
        (2, "SELECT count(*) FROM doctors WHERE on_call", "2"),
        (
            2,
            "UPDATE doctors SET on_call = false WHERE id = 2",
            "1 row",
        ),
        (2, "COMMIT", "ok"),
        (
            1,
            "UPDATE doctors SET on_call = false WHERE id = 1",
            "1 row",
        ),
        (1, "COMMIT", "ok"),
    ];
    let anomaly = assert_name(&lines, &["doctors"], Some(AnomalyName::WriteSkew));
    assert_eq!(anomaly.circle[0].doubts, [Doubt::Row]);
    // Where the rows may be the same, it cannot be told.
    let mut same = lines;
    same[4].1 = "UPDATE doctors SET on_call = false WHERE email = 'a'";
    assert_name(&same, &["doctors"], None);
}

#[test]
fn a_check_and_an_insert_of_each_are_a_check_then_insert() {
    let lines = [
        (1, "SELECT id FROM users WHERE email = 'a'", "no row"),
        (2, "SELECT id FROM users WHERE email = 'a'", "no row"),
        (2, "INSERT INTO users (email) VALUES ('a')", "1 row"),
        (1, "INSERT INTO users (email) VALUES ('a')", "1 row"),
    ];
    let anomaly = assert_name(&lines, &["users"], Some(AnomalyName::CheckThenInsert));
    assert_eq!(anomaly.because, None);
    let locked = lines.map(|(session, sql, result)| match result {
        "no row" => (
            session,
            "SELECT id FROM users WHERE email = 'a' FOR UPDATE",
            result,
        ),
        _ => (session, sql, result),
    });
    let anomaly = assert_name(&locked, &["users"], Some(AnomalyName::CheckThenInsert));
    assert!(matches!(
        anomaly.because,
        Some(AnomalyCause::LockedNothing { .. })
    ));
    // Who looks for another row sees nothing of it.
    let mut others = lines;
    others[0].1 = "SELECT id FROM users WHERE email = 'b'";
    assert_eq!(explained(&others, &["users"]), None);
}

#[test]
fn a_report_of_two_rows_around_a_transfer_is_read_skew() {
    let lines = [
        (1, "SELECT balance FROM accounts WHERE id = 1", "10"),
        (
            2,
            "UPDATE accounts SET balance = balance - 5 WHERE id = 1",
            "1 row",
        ),
        (
            2,
            "UPDATE accounts SET balance = balance + 5 WHERE id = 2",
            "1 row",
        ),
        (2, "COMMIT", "ok"),
        (1, "SELECT balance FROM accounts WHERE id = 2", "15"),
        (1, "INSERT INTO reports (total) VALUES (25)", "1 row"),
        (1, "COMMIT", "ok"),
    ];
    assert_name(&lines, &["reports"], Some(AnomalyName::ReadSkew));
    let mut same = lines;
    same[4].1 = "SELECT balance FROM accounts WHERE id = 1";
    assert_name(&same, &["reports"], Some(AnomalyName::NonRepeatableRead));
}

#[test]
fn a_count_that_changes_in_between_is_a_phantom() {
    let lines = [
        (1, "SELECT count(*) FROM users", "0"),
        (2, "INSERT INTO users (email) VALUES ('a')", "1 row"),
        (1, "SELECT count(*) FROM users", "1"),
        (1, "INSERT INTO reports (total) VALUES (1)", "1 row"),
    ];
    assert_name(&lines, &["reports"], Some(AnomalyName::Phantom));
}
