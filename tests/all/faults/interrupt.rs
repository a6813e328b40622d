//! Ctrl-C, and worse: what was measured is reported, and nothing is left behind.

use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::common;
use crate::common::aftermath;
use crate::common::program::{PATIENCE, Program, SOON, wait_for};

/// Starts a run that takes far longer than any test waits, and waits for its first sales.
fn selling(database: &str) -> Program {
    let mut program = Program::start(&[
        "--strategy",
        "pessimistic",
        "--duration",
        "1h",
        "--stock",
        "1000000",
        "--hold",
        "5ms",
        "--database",
        database,
    ]);
    wait_for("the first sales", PATIENCE, || {
        assert!(!program.has_ended(), "it ended by itself");
        sales(database, &program) > 5
    });
    program.look_at_its_processes();
    program
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What the ledger has so far; 0 for as long as there is none.
fn sales(database: &str, program: &Program) -> i64 {
    if database != "sqlite" {
        return server_of(database, program)
            .and_then(|url| PgConnection::establish(&url).ok())
            .map_or(0, |mut connection| aftermath::ledger_rows(&mut connection));
    }
    let Some(file) = program.folder().map(|folder| folder.join("shop.db")) else {
        return 0;
    };
    if !file.exists() {
        return 0;
    }
    diesel::sql_query("SELECT count(*) AS count FROM lockbench_ledger")
        .get_result::<Count>(&mut SqliteConnection::establish(file.to_str().unwrap()).unwrap())
        .map_or(0, |found| found.count)
}

fn server_of(database: &str, program: &Program) -> Option<String> {
    if database != "postgres" {
        return Some(database.to_owned());
    }
    let folder = program.folder()?.display().to_string();
    Some(format!(
        "postgres://lockbench@{}/postgres",
        folder.replace('/', "%2F")
    ))
}

/// Sees to it that it reported what had happened until it was interrupted.
fn assert_reported(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect(&said);
    assert_eq!(report["interrupted"], true, "{report}");
    assert!(report["outcomes"]["sold"].as_i64() > Some(5), "{report}");
    assert_eq!(report["violations"]["missing_sales"], 0, "{report}");
    assert_eq!(report["verdict"], "inconclusive", "{report}");
}

/// Waits until the server has no session of lockbench's.
fn assert_no_session(url: &str) {
    let mut connection = common::postgres(url);
    wait_for("every session to end", PATIENCE, || {
        diesel::sql_query(
            "SELECT count(*) AS count FROM pg_stat_activity \
             WHERE application_name = 'lockbench' AND datname = current_database()",
        )
        .get_result::<Count>(&mut connection)
        .unwrap()
        .count
            == 0
    });
}

#[test]
fn ctrl_c_reports_what_happened_so_far_and_leaves_nothing() {
    let url = common::postgres_url();
    for database in ["sqlite", "postgres", &url] {
        let program = selling(database);
        program.signal(Signal::SIGINT);
        assert_reported(&program.end_leaving_nothing(PATIENCE));
    }
    assert_no_session(&url);
}

#[test]
fn a_polite_kill_does_the_same() {
    let url = common::postgres_url();
    for (database, signal) in [
        ("sqlite", Signal::SIGTERM),
        ("postgres", Signal::SIGTERM),
        (&url, Signal::SIGHUP),
    ] {
        let program = selling(database);
        program.signal(signal);
        assert_reported(&program.end_leaving_nothing(PATIENCE));
    }
    assert_no_session(&url);
}

#[test]
fn a_terminals_ctrl_c_does_not_reach_the_private_server() {
    for database in ["sqlite", "postgres"] {
        let program = selling(database);
        program.signal_group(Signal::SIGINT);
        assert_reported(&program.end_leaving_nothing(PATIENCE));
    }
}

#[test]
fn a_second_ctrl_c_ends_even_a_run_that_is_stuck() {
    let url = common::postgres_url();
    for database in ["postgres", &url] {
        let mut program = selling(database);
        // Nobody can buy any more, so that the first signal has to wait.
        let mut holder = common::postgres(&server_of(database, &program).unwrap());
        holder
            .batch_execute("BEGIN; LOCK TABLE lockbench.lockbench_items")
            .unwrap();
        program.signal(Signal::SIGINT);
        thread::sleep(Duration::from_millis(300));
        assert!(!program.has_ended(), "it should have waited for its buyers");
        program.signal(Signal::SIGINT);
        let output = program.end_leaving_nothing(PATIENCE);
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        if database == url {
            // Nor do the buyers wait on for the lock, which is still held.
            assert_no_session(&url);
        }
    }
}

#[test]
fn a_private_database_is_private() {
    for database in ["sqlite", "postgres"] {
        let program = selling(database);
        let folder = std::fs::metadata(program.folder().unwrap()).unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o700, "{database}");
        program.signal(Signal::SIGINT);
        program.end_leaving_nothing(PATIENCE);
    }
}

/// Starts a run and catches it while its private server is being set up.
fn setting_up() -> Program {
    let mut program =
        Program::start(&["--strategy=atomic", "--duration=1h", "--database=postgres"]);
    wait_for("the folder of the server", PATIENCE, || {
        assert!(!program.has_ended(), "it ended by itself");
        program
            .folder()
            .is_some_and(|folder| folder.join("data/base").exists())
    });
    program.look_at_its_processes();
    program
}

#[test]
fn two_ctrl_cs_during_the_set_up_leave_nothing() {
    let mut program = setting_up();
    while !program.has_ended() {
        program.signal_group(Signal::SIGINT);
        thread::sleep(Duration::from_millis(10));
    }
    let output = program.end_leaving_nothing(PATIENCE);
    assert_eq!(output.status.code(), Some(130), "{output:?}");
}

#[test]
fn a_kill_leaves_nothing_for_longer_than_a_moment() {
    for database in ["sqlite", "postgres"] {
        let program = selling(database);
        program.signal(Signal::SIGKILL);
        program.end_leaving_nothing(SOON);
    }
    // The private server is made in several steps.
    for more in [0, 50, 100, 200, 400] {
        let mut program = setting_up();
        thread::sleep(Duration::from_millis(more));
        program.look_at_its_processes();
        program.signal(Signal::SIGKILL);
        program.end_leaving_nothing(SOON);
    }
}

#[test]
fn a_private_server_that_dies_leaves_a_sentence_and_nothing_else() {
    let program = selling("postgres");
    let lock = program.folder().unwrap().join("data/postmaster.pid");
    let lock = std::fs::read_to_string(lock).unwrap();
    let server = lock.lines().next().unwrap().parse().unwrap();
    kill(Pid::from_raw(server), Signal::SIGKILL).unwrap();
    let output = program.end_leaving_nothing(PATIENCE);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("error: "), "{said}");
    assert!(said.contains("gone"), "{said}");
}

#[test]
fn a_run_that_ends_leaves_nothing_however_it_ends() {
    for database in ["sqlite", "postgres"] {
        // With a place for the report and without, which is only found out at the end.
        for (file, code) in [("/dev/null", 0), ("/dev/full", 2)] {
            let arguments = [
                "--strategy=atomic",
                "--output",
                file,
                "--database",
                database,
            ];
            let output = Program::start(&arguments).end_leaving_nothing(PATIENCE);
            assert_eq!(output.status.code(), Some(code), "{output:?}");
        }
    }
    // The private server is there, and refuses every session.
    let no_method = ("PGOPTIONS", "-c default_table_access_method=nowhere");
    let arguments = ["--strategy=atomic", "--database=postgres"];
    let output = Program::start_in(&[no_method], &arguments).end_leaving_nothing(PATIENCE);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot use the database"), "{said}");
}
