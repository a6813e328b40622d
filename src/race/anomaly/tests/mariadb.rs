use super::*;

fn mariadb() -> Explainer {
    Explainer {
        dialect: Dialect::Mysql,
        ..explainer()
    }
}

fn named(steps: &[Step], differing: &[&str]) -> Option<AnomalyName> {
    explain_by(&mariadb(), steps.to_vec(), differing).and_then(|anomaly| anomaly.name)
}

fn steps(lines: &[Line<'_>]) -> Vec<Step> {
    lines.iter().map(|line| step(*line)).collect()
}

fn refused(line: Line<'_>, code: &str) -> Step {
    Step {
        code: Some(code.to_owned()),
        failed: true,
        ..step(line)
    }
}

const READ: &str = "SELECT `units` FROM `stock` WHERE `id` = ?";
const WRITE: &str = "UPDATE `stock` SET `units` = ? WHERE `id` = ?";

fn prepared(session: usize, sql: &str, values: &[&str], result: &str) -> Step {
    Step {
        binds: values.iter().map(ToString::to_string).collect(),
        ..step((session, sql, result))
    }
}

#[test]
fn its_words_and_parameters_are_understood() {
    let lost = [
        prepared(1, READ, &["1"], "5"),
        prepared(2, READ, &["1"], "5"),
        prepared(2, WRITE, &["4", "1"], "1 row"),
        step((2, "COMMIT", "ok")),
        prepared(1, WRITE, &["4", "1"], "1 row, as before"),
        step((1, "COMMIT", "ok")),
    ];
    assert_eq!(named(&lost, &["stock"]), Some(AnomalyName::LostUpdate));
    let mut other_row = lost;
    other_row[4] = prepared(1, WRITE, &["4", "2"], "1 row");
    assert_ne!(named(&other_row, &["stock"]), Some(AnomalyName::LostUpdate));
}

#[test]
fn what_a_quote_stands_for_is_not_guessed() {
    let lines = [
        (1, READ_IN_QUOTES, "5"),
        (2, READ_IN_QUOTES, "5"),
        (2, "UPDATE stock SET units = 4 WHERE id = 1", "1 row"),
        (1, "UPDATE stock SET units = 4 WHERE id = 1", "1 row"),
    ];
    assert_eq!(named(&steps(&lines), &["stock"]), None);
}

const READ_IN_QUOTES: &str = r#"SELECT units FROM stock WHERE "id" = 1"#;

/// A refused statement takes nothing else back, unless it is a deadlock's.
#[test]
fn a_transaction_goes_on_after_an_error_and_not_after_a_deadlock() {
    let read = "SELECT units FROM stock WHERE id = 1";
    let insert = "INSERT INTO users (id, email) VALUES (1, 'ann')";
    let course = |code: &str| {
        [
            step((1, read, "5")),
            step((2, read, "5")),
            step((2, "UPDATE stock SET units = 4 WHERE id = 1", "1 row")),
            refused((2, insert, "refused"), code),
            step((2, "COMMIT", "ok")),
            step((1, "UPDATE stock SET units = 3 WHERE id = 1", "1 row")),
            step((1, "COMMIT", "ok")),
        ]
    };
    assert_eq!(
        named(&course("1062"), &["stock"]),
        Some(AnomalyName::LostUpdate)
    );
    assert_eq!(named(&course("1213"), &["stock"]), None);
    // Whether that was a deadlock, too, does not show.
    let doubtful = explain_by(&mariadb(), course("1467").to_vec(), &["users"]);
    assert_eq!(doubtful.and_then(|anomaly| anomaly.name), None);
}

#[test]
fn a_plain_read_under_a_lock_may_show_an_old_snapshot() {
    let lines = [
        (1, "SELECT email FROM users WHERE id = 1", "ann"),
        (2, "SELECT id FROM stock WHERE id = 1 FOR UPDATE", "1"),
        (2, "SELECT units FROM stock WHERE id = 1", "5"),
        (2, "UPDATE stock SET units = 4 WHERE id = 1", "1 row"),
        (2, "COMMIT", "ok"),
        (1, "SELECT id FROM stock WHERE id = 1 FOR UPDATE", "1"),
        (1, "SELECT units FROM stock WHERE id = 1", "5"),
        (
            1,
            "UPDATE stock SET units = 4 WHERE id = 1",
            "1 row, as before",
        ),
        (1, "COMMIT", "ok"),
    ];
    let found = explain_by(&mariadb(), steps(&lines), &["stock"]).expect("an anomaly");
    assert_eq!(found.name, Some(AnomalyName::LostUpdate));
    let Some(AnomalyCause::OldSnapshot { lock, read }) = found.because else {
        panic!("{found:#?}");
    };
    assert_eq!((lock.step, read.step), (6, 7));
}

/// The snapshot is as old as the transaction, however late it is looked at.
#[test]
fn a_snapshot_that_is_taken_at_the_beginning_is_older_than_the_first_read() {
    let after = |begin: &str| {
        let lines = [
            (1, begin, "ok"),
            (2, "UPDATE accounts SET balance = 90 WHERE id = 1", "1 row"),
            (2, "COMMIT", "ok"),
            (1, "SELECT balance FROM accounts WHERE id = 1", "100"),
            (1, "UPDATE accounts SET balance = 80 WHERE id = 1", "1 row"),
            (1, "COMMIT", "ok"),
        ];
        named(&steps(&lines), &["accounts"])
    };
    let with_snapshot = after("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    assert_eq!(with_snapshot, Some(AnomalyName::LostUpdate));
    assert_eq!(after("START TRANSACTION"), None);
}

#[test]
fn whoever_closes_the_circle_need_not_be_the_victim() {
    let waits = |line: Line<'_>, other: usize, until: usize| Step {
        blocked_by: Some(vec![other]),
        blocked_until: Some(until),
        ..step(line)
    };
    let first = (1, "UPDATE stock SET units = 1 WHERE id = 1", "1 row");
    let second = (2, "UPDATE stock SET units = 1 WHERE id = 2", "1 row");
    let victim = Step {
        code: Some("1213".to_owned()),
        failed: true,
        ..waits((2, first.1, "Deadlock found"), 1, 4)
    };
    let all = [
        step(first),
        step(second),
        victim,
        step((1, second.1, "1 row")),
    ];
    assert_eq!(named(&all, &[]), Some(AnomalyName::Deadlock));
    let mut alone = all;
    alone[2].blocked_by = None;
    assert_ne!(named(&alone, &[]), Some(AnomalyName::Deadlock));
}
