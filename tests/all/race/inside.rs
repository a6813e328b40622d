//! Statements that read first and write later, inside which two sessions can meet.

use super::{Raced, filled, race_worker};

const INSERT: &str =
    "INSERT INTO jobs SELECT 'x' WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE name = 'x')";

const CLAIM: &str = "UPDATE queue SET claims = claims + 1 WHERE id = \
     (SELECT id FROM queue WHERE claims = 0 ORDER BY id LIMIT 1)";

/// The statement outside a transaction, as what stands between the quotes.
fn alone(sql: &str) -> String {
    format!("SELECT 1\"); connection.commit(); connection.autocommit = True; execute(\"{sql}")
}

fn raced(arguments: &[&str], sql: &str) -> Raced {
    let program = format!("execute(\"{sql}\")");
    race_worker(&filled("inside.sql"), arguments, "steps.py", &program)
}

#[test]
fn an_insert_where_not_exists_does_not_see_what_came_in_between() {
    let found = raced(&[], INSERT);
    assert_eq!(found.counts(), (20, 18), "{found:#?}");
    assert_eq!(found.exit, Some(1));
    let witness = &found.result["witness"];
    assert_eq!(witness["repeats"], true);
    let results: Vec<&str> = (witness["steps"].as_array().into_iter().flatten())
        .filter_map(|step| step["result"].as_str())
        .collect();
    assert!(
        results.contains(&"has read, and is about to write row 1"),
        "{witness:#}"
    );
    let token = witness["replay"].as_str().expect("a token");
    for _ in 0..20 {
        let again = raced(&["--replay", token], INSERT);
        assert_eq!(again.result["replay"], token);
        assert_eq!(again.result["broken"], witness["broken"], "{again:#?}");
    }
}

#[test]
fn a_unique_index_refuses_the_second_row() {
    let found = raced(&[], &INSERT.replace("jobs", "keyed"));
    found.assert_right(found.counts().0);
    assert!(
        found.result["refused"]["23505"].as_u64() > Some(0),
        "{found:#?}"
    );
}

#[test]
fn taken_for_an_instant_it_seems_right_and_there_is_no_verdict() {
    let found = raced(&["--inside", "off"], &alone(INSERT));
    assert_eq!(found.counts(), (2, 0), "{found:#?}");
    assert_eq!(found.result["inside"], "off");
    assert_eq!(found.exit, Some(4));
    let reason = found.result["reason"].to_string();
    assert!(reason.contains("was treated as atomic"), "{reason}");
}

#[test]
fn two_claim_the_same_job_unless_the_first_has_locked_what_it_chose() {
    let found = raced(&[], CLAIM);
    assert_eq!(found.counts(), (6, 4), "{found:#?}");
    let locked = CLAIM.replace("LIMIT 1)", "LIMIT 1 FOR UPDATE SKIP LOCKED)");
    raced(&[], &locked).assert_right(20);
}

#[test]
fn a_number_after_the_last_one_is_given_twice() {
    let number = "INSERT INTO numbers SELECT coalesce(max(n), 0) + 1 FROM numbers";
    let found = raced(&[], number);
    assert_eq!(found.counts(), (20, 18), "{found:#?}");
    let found = raced(&["--isolation", "serializable"], number);
    found.assert_right(20);
    assert_eq!(found.result["refused"]["40001"], 18, "{found:#?}");
}

#[test]
fn an_update_that_checks_and_writes_stays_right_row_by_row() {
    let sell = "UPDATE stock SET units = units - 1 WHERE id = 1 AND units > 0";
    raced(&["--inside", "all"], sell).assert_right(6);
    // Each row is a step of its own, also the third.
    let three = "INSERT INTO numbers SELECT units FROM stock, (VALUES (1), (2), (3)) AS three (x)";
    raced(&[], &alone(three)).assert_right(70);
    // One row after the other, and each of them once.
    raced(&["--inside", "all"], "UPDATE queue SET claims = claims + 1").assert_right(8);
}

#[test]
fn a_statement_by_itself_is_seen_whole() {
    let found = raced(&[], &alone(INSERT));
    assert_eq!(found.counts(), (6, 4), "{found:#?}");
    raced(&[], &alone(&INSERT.replace("jobs", "keyed"))).assert_right(6);
    // Nothing is written, so nobody can come in between.
    let nothing = "SELECT units FROM stock\"); \
        execute(\"UPDATE queue SET claims = 1 WHERE id = (SELECT max(n) FROM numbers)";
    raced(&[], &alone(nothing)).assert_right(6);
}

#[test]
fn code_that_may_read_again_after_it_has_written_is_not_seen_whole() {
    let found = raced(&[], &alone("SELECT add_job()"));
    assert_eq!(found.counts(), (6, 4), "{found:#?}");
    let found = raced(&[], &alone("SELECT add_keyed()"));
    assert_eq!(found.counts(), (6, 0), "{found:#?}");
    assert_eq!(found.exit, Some(4), "{found:#?}");
    let many = "INSERT INTO numbers SELECT n FROM generate_series(1, 11) AS n WHERE NOT EXISTS \
                (SELECT 1 FROM numbers)";
    let found = raced(&["--random", "20"], &alone(many));
    let reason = found.result["reason"].to_string() + &found.result["unsafe"].to_string();
    assert!(found.result["verdict"] != "safe", "{reason}");
}

#[test]
fn three_sessions_meet_inside_and_equivalent_orders_are_left_out() {
    let three = ["--sessions", "3"];
    let work = format!("SELECT units FROM stock\"); execute(\"{INSERT}");
    let pruned = raced(&three, &alone(&work));
    let all = raced(&["--sessions", "3", "--no-pruning"], &alone(&work));
    assert_eq!(all.counts().0, 1_152, "{all:#?}");
    assert!(pruned.counts().0 < all.counts().0, "{pruned:#?}");
    let states = |raced: &Raced| -> Vec<String> {
        let states = raced.result["final_states"]
            .as_array()
            .into_iter()
            .flatten();
        let mut states: Vec<String> = states.map(|state| state["state"].to_string()).collect();
        states.sort();
        states
    };
    assert_eq!(states(&pruned), states(&all));
}

#[test]
fn rows_of_partitions_are_stopped_too() {
    let insert = INSERT.replace("jobs", "parted");
    let found = raced(&[], &insert);
    assert_eq!(found.counts(), (20, 18), "{found:#?}");
}
