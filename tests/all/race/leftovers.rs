//! Nothing of the user's is changed, and nothing is left behind.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::{PYTHON, clients, programs, race_worker, runs, shop};
use crate::common;
use crate::common::program::{GONE, PATIENCE, Program, wait_for};

#[derive(Debug, PartialEq, Eq, QueryableByName)]
struct Contents {
    #[diesel(sql_type = Text)]
    stock: String,
    #[diesel(sql_type = BigInt)]
    orders: i64,
    /// Where the next key begins.
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = BigInt)]
    schemas: i64,
}

fn contents(url: &str) -> Contents {
    sql_query(
        "SELECT (SELECT string_agg(s::text, ' ') FROM stock s) AS stock, \
         (SELECT count(*) FROM orders) AS orders, \
         (SELECT last_value FROM orders_id_seq) AS sequence, \
         (SELECT count(*) FROM pg_namespace) AS schemas",
    )
    .get_result(&mut common::postgres(url))
    .expect("a shop")
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether a copy of that database's is there. Other tests make copies as well.
fn copies(url: &str) -> i64 {
    let question = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname LIKE 'lockbench\\_race\\_%' AND application_name = 'leftovers'";
    let found: Count = sql_query(question)
        .get_result(&mut common::postgres(url))
        .expect("a count");
    found.count
}

#[test]
fn the_users_database_is_as_it_was() {
    let url = shop();
    let before = contents(&url);
    let raced = race_worker(&url, &[], "psycopg2_shop.py", "naive");
    assert_eq!(raced.counts(), (24, 22), "{raced:#?}");
    assert_eq!(contents(&url), before);
}

#[test]
fn a_killed_lockbench_leaves_neither_programs_nor_a_copy() {
    let url = shop();
    let before = contents(&url);
    let set = ["PYTHONPATH", "PGAPPNAME"];
    let python = clients().join("python").display().to_string();
    let values = [python.as_str(), "leftovers"];
    let environment: Vec<(&str, &str)> = set.into_iter().zip(values).collect();
    let folder = programs().join("psycopg2_shop.py").display().to_string();
    let program = Program::start_command(
        &environment,
        &[
            "race",
            "--worker",
            "--every-statement",
            "--sessions",
            "3",
            "--database",
            &url,
            "--",
            PYTHON.as_str(),
            &folder,
            "naive",
            "worker",
        ],
    );
    wait_for("a session", PATIENCE, || copies(&url) > 0);
    let copy: Vec<Name> = sql_query(
        "SELECT DISTINCT datname::text AS name FROM pg_stat_activity WHERE application_name = 'leftovers'",
    )
    .load(&mut common::postgres(&url))
    .expect("names");
    drop(program);
    let there = |name: &str| {
        let question = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        let found: Count = sql_query(question)
            .get_result(&mut common::postgres(&url))
            .expect("a count");
        found.count > 0
    };
    wait_for("the copy's end", GONE, || !there(&copy[0].name));
    wait_for("the programs' end", GONE, || copies(&url) == 0);
    assert_eq!(contents(&url), before);
}

#[test]
fn a_killed_lockbench_leaves_no_application() {
    let python = clients().join("python").display().to_string();
    let application = programs().join("flask_shop.py").display().to_string();
    let serve = format!(
        "exec {} {application} naive left-by-nobody",
        PYTHON.as_str()
    );
    let program = Program::start_command(
        &[("PYTHONPATH", python.as_str())],
        &[
            "race",
            "--http",
            "POST /buy/1",
            "--serve",
            &serve,
            "--every-statement",
            "--sessions",
            "4",
            "--database",
            &shop(),
        ],
    );
    wait_for("the application", PATIENCE, || runs("left-by-nobody"));
    drop(program);
    wait_for("the application's end", PATIENCE, || {
        !runs("left-by-nobody")
    });
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}
