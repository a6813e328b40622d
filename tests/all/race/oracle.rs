//! What is right, and what is left out of the comparison.

use diesel::connection::SimpleConnection;

use super::{Raced, race_sql, shop};
use crate::common;

/// Races the same code twice, on a database made by `sql`.
fn twice(sql: &str, arguments: &[&str], code: &str) -> Raced {
    let url = common::postgres_url();
    common::postgres(&url).batch_execute(sql).expect("tables");
    race_sql(&url, arguments, &[code, code])
}

const CLAIMS: &str = "CREATE TABLE jobs (id int PRIMARY KEY, claimed int); \
     INSERT INTO jobs VALUES (1, NULL), (2, NULL); \
     CREATE TABLE claims (id serial PRIMARY KEY); \
     CREATE TABLE done (claim int REFERENCES claims, job int)";

#[test]
fn keys_are_compared_through_the_rows_that_they_name() {
    // Who comes first has the lower number, and that is all that differs.
    let raced = twice(
        CLAIMS,
        &[],
        "claim = execute('INSERT INTO claims DEFAULT VALUES RETURNING id'); \
         execute('INSERT INTO done VALUES (%s, 1)', claim)",
    );
    assert_eq!(raced.counts().1, 0, "{raced:#?}");
    assert_eq!(raced.result["verdict"], "safe", "{raced:#?}");
}

#[test]
fn what_differs_between_two_runs_of_the_same_order_is_left_out() {
    let raced = twice(
        "CREATE TABLE visits (token text, number int)",
        &[],
        "import uuid; \
         number = execute('SELECT count(*) FROM visits'); \
         execute('INSERT INTO visits VALUES (%s, %s)', str(uuid.uuid4()), number)",
    );
    let (schedules, broken) = raced.counts();
    assert!(broken > 0 && broken < schedules, "{raced:#?}");
    let why = &raced.result["left_out"]["visits.token"];
    assert_eq!(why, "it differs between two runs of the same order");
    let ignored = twice(
        "CREATE TABLE visits (token text, number int)",
        &["--ignore", "visits.number"],
        "number = execute('SELECT count(*) FROM visits'); \
         execute('INSERT INTO visits VALUES (%s, %s)', 'x', number)",
    );
    assert_eq!(ignored.counts().1, 0, "{ignored:#?}");
}

#[test]
fn opposite_transfers_are_compared_although_they_cancel_out() {
    let url = common::postgres_url();
    common::postgres(&url)
        .batch_execute(
            "CREATE TABLE accounts (name text PRIMARY KEY, amount int); \
             INSERT INTO accounts VALUES ('a', 100), ('b', 100)",
        )
        .expect("tables");
    let transfer = |from: &str, to: &str| {
        format!(
            "a = execute(\"SELECT amount FROM accounts WHERE name = '{from}'\"); \
             b = execute(\"SELECT amount FROM accounts WHERE name = '{to}'\"); \
             execute(\"UPDATE accounts SET amount = %s WHERE name = '{from}'\", a - 10); \
             execute(\"UPDATE accounts SET amount = %s WHERE name = '{to}'\", b + 10)"
        )
    };
    let (one, other) = (transfer("a", "b"), transfer("b", "a"));
    let random = ["--random", "20"];
    let raced = race_sql(&url, &random, &[&one, &other]);
    let (_, broken) = raced.counts();
    assert!(broken > 0, "{raced:#?}");
    // The victims of deadlocks have done nothing, and are no error of theirs.
    let refused = &raced.result["refused"];
    assert!(refused["40P01"].as_u64() > Some(0), "{raced:#?}");
}

#[test]
fn invariants_and_exit_codes_can_be_asked_for_as_well() {
    let count = "SELECT count(*) <= 1 FROM orders";
    let buy = "execute('INSERT INTO orders (item) VALUES (1)'); execute('SELECT 1 FROM stock')";
    let raced = race_sql(&shop(), &["--invariant", count], &[buy, buy]);
    let (schedules, broken) = raced.counts();
    assert_eq!(schedules, broken, "{raced:#?}");
    let wrong = raced.result["witness"]["broken"].as_str();
    assert_eq!(
        wrong,
        Some("the invariant does not hold: SELECT count(*) <= 1 FROM orders")
    );
    let unique = "CREATE TABLE names (name text PRIMARY KEY)";
    let code = "execute('SELECT count(*) FROM names'); \
                execute(\"INSERT INTO names SELECT 'a' WHERE NOT EXISTS (SELECT FROM names)\")";
    let raced = twice(unique, &["--expect-exit", "0"], code);
    assert!(raced.counts().1 > 0, "{raced:#?}");
    assert!(raced.result["refused"]["23505"].as_u64() > Some(0));
    let raced = twice(unique, &[], code);
    assert_eq!(raced.counts().1, 0, "{raced:#?}");
}
