//! Statements of code and of lockbench's own strategies that are stopped inside.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use lockbench::db::Backend;
use lockbench::db::blocked::Watchable;
use lockbench::explore::{Exploration, ExploreError, Explored, Inside, Pruning};
use lockbench::model::strategy::Strategy;
use lockbench::model::verdict::Verdict;
use lockbench::proof::purchases::Purchases;

use crate::common;
use crate::common::explored::{prepare, two};

diesel::table! {
    jobs (name) {
        name -> Text,
    }
}

diesel::table! {
    wanted (name) {
        name -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(jobs, wanted);

/// INSERT … SELECT … WHERE NOT EXISTS, as diesel writes it.
fn add_job(connection: &mut PgConnection) -> QueryResult<usize> {
    let is_there = jobs::table.filter(jobs::name.eq("x")).select(jobs::name);
    wanted::table
        .select(wanted::name)
        .filter(not(exists(is_there)))
        .insert_into(jobs::table)
        .into_columns(jobs::name)
        .execute(connection)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(connection: &mut PgConnection, of: &str) -> i64 {
    let query = format!("SELECT count(*) AS count FROM {of}");
    let found: Count = diesel::sql_query(query)
        .get_result(connection)
        .expect("a count");
    found.count
}

const TRIGGERS: &str = "pg_trigger WHERE tgname = ' lockbench'";

/// A database with these tables.
fn database(index: &str) -> String {
    let url = common::postgres_url();
    let tables = format!(
        "CREATE TABLE jobs (name TEXT NOT NULL); CREATE TABLE wanted (name TEXT NOT NULL); \
         INSERT INTO wanted VALUES ('x'); {index}"
    );
    common::postgres(&url)
        .batch_execute(&tables)
        .expect("tables");
    url
}

fn jobs_are_added(url: &str) -> Exploration<PgConnection> {
    let url = url.to_owned();
    let mut exploration = Exploration::new(move || PgConnection::establish(&url))
        .keep_connections()
        .reset(|connection| connection.batch_execute("DELETE FROM jobs"));
    for _ in 0..2 {
        exploration = exploration.session(|connection| add_job(connection).map(drop));
    }
    exploration.invariant(|connection| {
        QueryResult::Ok(match count(connection, "jobs") {
            1 => Ok(()),
            jobs => Err(format!("{jobs} jobs")),
        })
    })
}

fn counts(found: &Explored) -> (u64, u64, Verdict) {
    (found.schedules, found.broken, found.verdict())
}

#[test]
fn an_insert_where_not_exists_in_diesel_is_found_wrong() {
    let url = database("");
    let off = jobs_are_added(&url).explore().expect("an exploration");
    assert_eq!(counts(&off), (2, 0, Verdict::Inconclusive), "{off}");
    assert!(
        off.limits().contains("statements taken as instants"),
        "{off}"
    );
    let found = jobs_are_added(&url).inside(Inside::Readers);
    let found = found.explore().expect("an exploration");
    assert_eq!(counts(&found), (6, 4, Verdict::Unsafe), "{found}");
    assert!(found.witness_repeats, "{found}");
    let witness = found.witness.as_ref().expect("a witness");
    let steps: Vec<&str> = witness.steps.iter().map(|step| step.sql.as_str()).collect();
    assert!(
        steps.contains(&"-- goes on inside: writes row 1"),
        "{found}"
    );
    for _ in 0..10 {
        let again = jobs_are_added(&url).inside(Inside::Readers);
        let again = again.replay(&witness.replay).expect("a history");
        assert_eq!(
            (&again.replay, &again.broken),
            (&witness.replay, &witness.broken)
        );
    }
    assert_eq!(count(&mut common::postgres(&url), TRIGGERS), 0);
}

#[test]
fn a_unique_index_makes_it_right_inside_too() {
    let url = database("CREATE UNIQUE INDEX ON jobs (name)");
    let found = jobs_are_added(&url).inside(Inside::Readers);
    let found = found.explore().expect("an exploration");
    assert_eq!(counts(&found), (6, 0, Verdict::Safe), "{found}");
    let limits = found.limits();
    assert!(
        limits.contains("between a statement's reading and its writing"),
        "{limits}"
    );
}

#[test]
fn a_session_that_is_sure_to_go_on_stops_before_a_statement_that_stops_inside() {
    let url = database("");
    let explored = |pruning| {
        let url = url.clone();
        let mut exploration = Exploration::new(move || PgConnection::establish(&url))
            .keep_connections()
            .pruning(pruning)
            .inside(Inside::Readers)
            .reset(|connection| connection.batch_execute("DELETE FROM jobs"));
        for _ in 0..3 {
            exploration = exploration.session(|connection: &mut PgConnection| {
                wanted::table.count().get_result::<i64>(connection)?;
                add_job(connection).map(drop)
            });
        }
        exploration
            .state(|connection| QueryResult::Ok(count(connection, "jobs").to_string()))
            .explore()
            .expect("an exploration")
    };
    let states = |found: &Explored| -> BTreeSet<String> {
        let states = found.final_states.iter();
        states.map(|state| state.state.to_string()).collect()
    };
    // As many as `race` has of the same: race::inside::three_sessions_meet_inside….
    let all = explored(Pruning::None);
    assert_eq!(all.schedules, 1_152, "{all}");
    let some = explored(Pruning::Equivalent);
    assert!(some.schedules < all.schedules, "{some}");
    assert_eq!(states(&some), states(&all));
    assert_eq!(states(&all).len(), 3);
}

#[test]
fn strategies_that_are_safe_stay_so_in_every_finer_schedule() {
    let database = common::database(Backend::Postgres);
    let found = |strategy, inside| {
        let wanted = Purchases {
            inside,
            ..two(strategy)
        };
        let found = prepare(&database, &wanted)
            .explore()
            .expect("an exploration");
        (found.schedules, found.broken)
    };
    for (strategy, schedules) in [
        (Strategy::Atomic, 50),
        (Strategy::Procedure, 6),
        (Strategy::Combine, 26),
    ] {
        assert_eq!(found(strategy, Inside::All), (schedules, 0), "{strategy}");
    }
    assert_eq!(found(Strategy::Naive, Inside::All), (156, 150));
    assert_eq!(found(Strategy::Procedure, Inside::Readers), (6, 0));
    assert_eq!(found(Strategy::Procedure, Inside::Off), (2, 0));
}

#[test]
fn the_command_proves_the_procedure_and_names_the_option_where_it_replays() {
    let run = |arguments: &[&str]| {
        let mut command = common::lockbench();
        let output = command.arg("explore").args(arguments).output();
        let output = output.expect("the program");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), text + &said)
    };
    let on_postgres = |arguments: &[&str]| run(&[&["--database", "postgres"], arguments].concat());
    let (exit, text) = on_postgres(&["--strategy", "procedure", "--inside", "readers"]);
    assert_eq!(exit, Some(0), "{text}");
    assert!(text.starts_with("safe in all 6 schedules"), "{text}");
    let (exit, text) = on_postgres(&["--strategy", "procedure"]);
    assert_eq!(exit, Some(4), "{text}");
    let naive = ["--strategy", "naive", "--inside", "all", "--stop-at-first"];
    let (_, text) = on_postgres(&naive);
    assert!(text.contains("--inside all"), "{text}");
    let (exit, text) = run(&["--strategy", "naive", "--inside", "all"]);
    assert_eq!(exit, Some(2), "{text}");
    assert!(text.contains("on PostgreSQL alone"), "{text}");
}

#[test]
fn a_table_that_is_made_anew_has_no_gate_and_nothing_is_said() {
    let url = database("");
    let found = jobs_are_added(&url)
        .inside(Inside::Readers)
        .reset(|connection| {
            connection.batch_execute("DROP TABLE jobs; CREATE TABLE jobs (name TEXT NOT NULL)")
        })
        .explore();
    match found {
        Err(ExploreError::Gates(words)) => assert!(words.contains("jobs anew"), "{words}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn gates_go_with_the_connection_that_has_made_them() {
    let url = database("");
    let mut connection = common::postgres(&url);
    let mut maker = common::postgres(&url);
    assert!(maker.make_gates().expect("gates"));
    assert_eq!(count(&mut connection, TRIGGERS), 2);
    // Whoever comes in between writes as before.
    assert_eq!(add_job(&mut connection), Ok(1));
    drop(maker);
    let deadline = Instant::now() + Duration::from_secs(10);
    while count(&mut connection, TRIGGERS) > 0 {
        assert!(Instant::now() < deadline, "they are still there");
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(add_job(&mut connection), Ok(0));
}

#[cfg(feature = "sqlite")]
#[test]
fn sqlite_has_no_gates() {
    let found = Exploration::new(|| SqliteConnection::establish(":memory:"))
        .inside(Inside::All)
        .session(|connection| connection.batch_execute("SELECT 1"))
        .session(|connection| connection.batch_execute("SELECT 1"))
        .invariant(|_| Ok::<_, String>(true))
        .explore();
    match found {
        Err(ExploreError::Gates(words)) => assert!(words.contains("SQLite"), "{words}"),
        other => panic!("{other:?}"),
    }
}
