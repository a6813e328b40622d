//! Statements of MariaDB's that read first and write later, inside which two sessions can meet.

use super::{Raced, race_sql};

const INSERT: &str = "INSERT INTO jobs SELECT 'x' FROM DUAL \
     WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE name = 'x')";

const SET_UP: [&str; 2] = ["--setup", "mariadb_inside.sql"];

const READ_COMMITTED: [&str; 2] = ["--isolation", "read-committed"];

/// Two sessions that send it, each in a transaction.
fn raced(arguments: &[&str], sql: &str) -> Raced {
    let code = format!("execute(\"{sql}\")");
    let arguments = [&SET_UP, arguments].concat();
    race_sql("mariadb", &arguments, &[&code, &code])
}

#[test]
fn an_insert_where_not_exists_does_not_see_what_came_in_between_unless_it_locks_what_it_reads() {
    let found = raced(&READ_COMMITTED, INSERT);
    assert_eq!(found.counts(), (20, 18), "{found:#?}");
    assert_eq!(found.result["inside"], "readers");
    let witness = &found.result["witness"];
    assert_eq!(witness["repeats"], true);
    let steps = witness["steps"].to_string();
    let inside = "has read, and is about to write row 1";
    assert!(steps.contains(inside), "{witness:#}");
    let token = witness["replay"].as_str().expect("a token");
    for _ in 0..3 {
        let again = raced(
            &[&READ_COMMITTED[..], &["--replay", token]].concat(),
            INSERT,
        );
        assert_eq!(again.result["broken"], witness["broken"], "{again:#?}");
    }
    // One of two who have both locked the gap is a deadlock's victim.
    let locked = raced(&[], INSERT);
    locked.assert_right(8);
    assert_eq!(locked.result["refused"]["1213"], 4, "{locked:#?}");
}

#[test]
fn a_unique_index_refuses_the_second_row() {
    let found = raced(&READ_COMMITTED, &INSERT.replace("jobs", "keyed"));
    found.assert_right(14);
    assert_eq!(found.result["refused"]["1062"], 12, "{found:#?}");
}

#[test]
fn taken_for_an_instant_it_seems_right_and_there_is_no_verdict() {
    let alone = format!("connection.autocommit(True); execute(\"{INSERT}\")");
    let arguments = [&SET_UP[..], &READ_COMMITTED, &["--inside", "off"]].concat();
    let found = race_sql("mariadb", &arguments, &[&alone, &alone]);
    assert_eq!(found.counts(), (2, 0), "{found:#?}");
    assert_eq!(found.exit, Some(4));
    let reason = found.result["reason"].to_string();
    assert!(reason.contains("was treated as atomic"), "{reason}");
}

/// The statement, each of its three rows, and COMMIT: the other one begins before any of them, and
/// waits.
#[test]
fn each_row_of_a_statement_can_be_a_step() {
    let take = "UPDATE queue SET claims = claims + 1";
    raced(&["--inside", "all"], take).assert_right(10);
}

/// It comes before the program's own, which changes what is written, and lockbench's own writing does not
/// wait at it.
#[test]
fn what_stops_a_statement_comes_before_the_triggers_that_are_there() {
    let first = "INSERT INTO log (what) SELECT LEFT(TRIGGER_NAME, 14) FROM \
         information_schema.TRIGGERS WHERE EVENT_OBJECT_TABLE = 'log' AND \
         EVENT_MANIPULATION = 'INSERT' ORDER BY ACTION_ORDER LIMIT 1";
    let found = raced(&READ_COMMITTED, first);
    assert_eq!(found.exit, Some(0), "{found:#?}");
    let states = found.result["final_states"].to_string();
    assert!(states.contains("2 × (what lockbench_gate!)"), "{states}");
}
