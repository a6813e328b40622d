use super::*;

#[test]
fn what_orders_the_rows_is_read_too() {
    let lines = [
        (1, "SELECT id FROM stock ORDER BY units DESC LIMIT 1", "1"),
        (2, "SELECT id FROM stock ORDER BY units DESC LIMIT 1", "1"),
        (2, "UPDATE stock SET units = 0 WHERE id = 1", "1 row"),
        (1, "UPDATE stock SET units = 0 WHERE id = 1", "1 row"),
    ];
    assert_name(&lines, &["stock"], Some(AnomalyName::LostUpdate));
}

#[test]
fn of_three_sessions_only_what_is_certain_has_a_name() {
    let mut lines = NAIVE.to_vec();
    lines.push((3, "SELECT count(*) FROM doctors WHERE on_call", "2"));
    lines.push((
        3,
        "UPDATE doctors SET on_call = false WHERE id = 2",
        "1 row",
    ));
    assert_name(&lines, &["stock"], Some(AnomalyName::LostUpdate));
    let skew = [
        (1, "SELECT count(*) FROM doctors WHERE on_call", "2"),
        (2, "SELECT count(*) FROM doctors WHERE on_call", "2"),
        (3, "SELECT count(*) FROM doctors WHERE on_call", "2"),
        (
            1,
            "UPDATE doctors SET on_call = false WHERE id = 1",
            "1 row",
        ),
        (
            2,
            "UPDATE doctors SET on_call = false WHERE id = 2",
            "1 row",
        ),
    ];
    assert_name(&skew, &["doctors"], None);
}

#[test]
fn a_deadlock_is_named_where_it_is_what_is_wrong() {
    let mut steps: Vec<Step> = [
        (1, "UPDATE stock SET units = 0 WHERE id = 1", "1 row"),
        (2, "UPDATE stock SET units = 0 WHERE id = 2", "1 row"),
        (1, "UPDATE stock SET units = 0 WHERE id = 2", "1 row"),
        (
            2,
            "UPDATE stock SET units = 0 WHERE id = 1",
            "deadlock detected",
        ),
    ]
    .map(step)
    .into();
    (steps[2].blocked_by, steps[2].blocked_until) = (Some(vec![2]), Some(4));
    (steps[3].failed, steps[3].code) = (true, Some("40P01".to_owned()));
    let anomaly = explain(steps, &[]).expect("a deadlock");
    assert_eq!(anomaly.name, Some(AnomalyName::Deadlock));
    let steps: Vec<usize> = anomaly.statements.iter().map(|it| it.step).collect();
    assert_eq!(steps, [3, 4]);
}

#[test]
fn what_is_called_by_both_is_an_effect_twice() {
    let lines = [
        (1, "SELECT id FROM stock WHERE units = 1", "1"),
        (2, "SELECT id FROM stock WHERE units = 1", "1"),
        (1, "POST /bill/1", "200"),
        (2, "POST /bill/1", "200"),
        (1, "UPDATE stock SET units = 0 WHERE id = 1", "1 row"),
        (2, "UPDATE stock SET units = 0 WHERE id = 1", "1 row"),
    ];
    let anomaly = assert_name(&lines, &["outside.calls"], Some(AnomalyName::EffectTwice));
    assert_eq!(anomaly.statements[1].step, 4);
    assert_eq!(anomaly.circle.len(), 2);
}

/// What a session has read again before it wrote may be what it went by.
#[test]
fn a_second_try_is_no_lost_update_where_something_else_is_wrong() {
    let mut lines = vec![
        (1, "SELECT units, version FROM stock WHERE id = 1", "1, 0"),
        (
            2,
            "UPDATE stock SET units = 0, version = 1 WHERE id = 1",
            "1 row",
        ),
        (
            1,
            "UPDATE stock SET units = 0, version = 1 WHERE id = 1 AND version = 0",
            "0 rows",
        ),
        (1, "SELECT units, version FROM stock WHERE id = 1", "0, 1"),
        (
            1,
            "UPDATE stock SET units = 5, version = 2 WHERE id = 1 AND version = 1",
            "1 row",
        ),
    ];
    assert_name(&lines, &["stock"], Some(AnomalyName::LostUpdate));
    let others = [
        (1, "SELECT id FROM users WHERE email = 'a'", "no row"),
        (2, "SELECT id FROM users WHERE email = 'a'", "no row"),
        (2, "INSERT INTO users (email) VALUES ('a')", "1 row"),
        (1, "INSERT INTO users (email) VALUES ('a')", "1 row"),
    ];
    lines.extend(others);
    assert_name(&lines, &["users"], Some(AnomalyName::CheckThenInsert));
}
