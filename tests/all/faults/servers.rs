//! Servers are processes of the operating system, and none is left behind, whatever happens.

use std::collections::BTreeSet;
use std::process::Output;

use diesel::connection::SimpleConnection;
use lockbench::db::Backend;
use lockbench::model::strategy::Strategy;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::common;
use crate::common::aftermath;
use crate::common::program::{PATIENCE, Program, SOON, wait_for};
use crate::common::stories;
use crate::common::stories::{
    assert_accounts_add_up, assert_marks_are_right, invoices, one_of_two_killed,
};

/// What keeps three servers busy for far longer than any test waits.
const SHOP: &[&str] = &["--duration", "1h", "--stock", "1000000", "--hold", "5ms"];
const TASK: &[&str] = &["--scenario=invoices", "--items=300", "--api-latency=300ms"];

/// Starts three servers at a story, and waits until they are at work in `url`.
fn at_work(story: &[&str], strategy: &str, url: &str) -> Program {
    let arguments = ["--strategy", strategy, "--database", url, "--servers", "3"];
    let mut program = Program::start(&[&arguments, story].concat());
    let mut connection = common::postgres(url);
    wait_for("the first sales", PATIENCE, || {
        assert!(!program.has_ended(), "it ended by itself");
        aftermath::ledger_rows(&mut connection) > 5
    });
    program.look_at_its_processes();
    program
}

fn report(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).expect(&said)
}

#[test]
fn each_server_is_a_process_of_its_own_and_a_child_of_lockbench() {
    let url = common::postgres_url();
    let mut program = at_work(SHOP, "pessimistic", &url);
    let servers: BTreeSet<i32> = program.servers().into_iter().collect();
    assert_eq!(servers.len(), 3);
    assert!(!program.has_ended());
    program.signal(Signal::SIGINT);
    let output = program.end_leaving_nothing(PATIENCE);
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let report = report(&output);
    assert_eq!(report["interrupted"], true, "{report}");
    let done = |server: &Value| server["done"].as_u64().unwrap();
    let servers = report["servers"].as_array().unwrap();
    assert_eq!(servers.len(), 3);
    assert_eq!(
        servers.iter().map(done).sum::<u64>(),
        report["outcomes"]["sold"].as_u64().unwrap(),
        "{report}"
    );
    assert!(servers.iter().all(|server| done(server) > 0), "{report}");
    assert_eq!(report["violations"]["missing_sales"], 0, "{report}");
}

#[test]
fn without_several_servers_there_is_only_the_one_process() {
    let url = common::postgres_url();
    let arguments = ["--strategy=atomic", "--database", &url];
    let mut program = Program::start(&[&arguments, SHOP].concat());
    let mut connection = common::postgres(&url);
    wait_for("the first sales", PATIENCE, || {
        aftermath::ledger_rows(&mut connection) > 5
    });
    program.look_at_its_processes();
    assert!(program.servers().is_empty());
    program.signal(Signal::SIGINT);
    program.end_leaving_nothing(PATIENCE);
}

#[test]
fn no_server_survives_a_run() {
    for database in ["sqlite", "postgres"] {
        let arguments = ["--strategy=atomic", "--servers=2", "--database", database];
        for story in ["--scenario=inventory", "--scenario=invoices"] {
            let mut program = Program::start(&[&arguments[..], &[story]].concat());
            wait_for("the servers", PATIENCE, || {
                program.has_ended() || program.servers().len() == 2
            });
            program.look_at_its_processes();
            let output = program.end_leaving_nothing(PATIENCE);
            assert_eq!(output.status.code(), Some(0), "{output:?}");
        }
    }
}

#[test]
fn no_server_survives_a_ctrl_c() {
    for (story, signal) in [(SHOP, Signal::SIGINT), (TASK, Signal::SIGTERM)] {
        let url = common::postgres_url();
        let program = at_work(story, "pessimistic", &url);
        program.signal(signal);
        let output = program.end_leaving_nothing(PATIENCE);
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        let report = report(&output);
        assert_eq!(report["verdict"], "inconclusive", "{report}");
        assert_eq!(report["violations"]["missing_sales"], 0, "{report}");
    }
}

#[test]
fn no_server_survives_a_terminals_ctrl_c() {
    for story in [SHOP, TASK] {
        let url = common::postgres_url();
        let program = at_work(story, "pessimistic", &url);
        program.signal_group(Signal::SIGINT);
        let output = program.end_leaving_nothing(PATIENCE);
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        // The servers got to say what they had done.
        let report = report(&output);
        assert_eq!(report["outcomes"]["unknown"], 0, "{report}");
        assert_eq!(report["outcomes"]["unknown_not_found"], 0, "{report}");
    }
}

#[test]
fn no_server_survives_a_kill_of_its_parent() {
    for story in [SHOP, TASK] {
        for strategy in ["pessimistic", "leader"] {
            let url = common::postgres_url();
            let program = at_work(story, strategy, &url);
            assert_eq!(program.servers().len(), 3);
            program.signal(Signal::SIGKILL);
            program.end_leaving_nothing(SOON);
        }
    }
}

#[test]
fn no_server_survives_a_kill_of_its_parent_while_it_waits_for_a_lock() {
    let url = common::postgres_url();
    let program = at_work(SHOP, "pessimistic", &url);
    let mut holder = common::postgres(&url);
    holder
        .batch_execute("BEGIN; LOCK TABLE lockbench.lockbench_items")
        .unwrap();
    program.signal(Signal::SIGKILL);
    program.end_leaving_nothing(SOON);
}

#[test]
fn no_server_survives_an_error() {
    // The servers, each with a pool, find too few connections.
    let url = common::postgres_url();
    let name = url.rsplit('/').next().unwrap();
    common::postgres(&url)
        .batch_execute(&format!(
            "ALTER DATABASE {name} CONNECTION LIMIT 6; \
             CREATE ROLE teller LOGIN; \
             GRANT ALL ON DATABASE {name} TO teller"
        ))
        .unwrap();
    let as_teller = url.replace("//lockbench@", "//teller@");
    let arguments = [
        "--strategy=atomic",
        "--servers=3",
        "--threads=4",
        "--database",
    ];
    let program = Program::start(&[&arguments[..], &[&as_teller]].concat());
    let output = program.end_leaving_nothing(PATIENCE);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("error: server "), "{said}");
    assert!(said.contains("could not begin: "), "{said}");
    assert!(said.contains("too many connections"), "{said}");
}

#[test]
fn no_server_survives_the_end_of_the_database() {
    let arguments = [
        "--strategy=pessimistic",
        "--servers=2",
        "--database=postgres",
    ];
    let mut program = Program::start(&[&arguments[..], SHOP].concat());
    wait_for("the servers", PATIENCE, || {
        assert!(!program.has_ended(), "it ended by itself");
        program.servers().len() == 2
    });
    program.look_at_its_processes();
    let lock = program.folder().unwrap().join("data/postmaster.pid");
    let lock = std::fs::read_to_string(lock).unwrap();
    let server = lock.lines().next().unwrap().parse().unwrap();
    kill(Pid::from_raw(server), Signal::SIGKILL).unwrap();
    let output = program.end_leaving_nothing(PATIENCE);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    // libpq may have had its own say before, on a connection that was idle.
    assert!(
        said.lines().any(|line| line.starts_with("error: ")),
        "{said}"
    );
}

/// Kills one server of a run at work from outside, and gives the report.
fn report_after_a_stranger_kills(program: Program) -> Value {
    let victim = program.servers()[1];
    kill(Pid::from_raw(victim), Signal::SIGKILL).unwrap();
    let output = program.end_leaving_nothing(PATIENCE);
    let report = report(&output);
    assert_eq!(output.status.code(), Some(4), "{report}");
    assert_eq!(report["verdict"], "inconclusive", "{report}");
    let reason = report["reason"].as_str().unwrap();
    assert!(reason.contains("ended unexpectedly (signal: 9"), "{reason}");
    assert_eq!(report["violations"]["missing_sales"], 0, "{report}");
    report
}

#[test]
fn a_server_that_a_stranger_kills_is_reported_and_not_waited_for() {
    let url = common::postgres_url();
    report_after_a_stranger_kills(at_work(SHOP, "pessimistic", &url));
}

#[test]
fn buyers_do_not_wait_for_the_deliveries_of_a_server_that_died() {
    let url = common::postgres_url();
    let story = ["--preset=pressure", "--orders=100000", "--hold=1ms"];
    report_after_a_stranger_kills(at_work(&story, "pessimistic", &url));
}

#[test]
fn what_a_dead_server_leaves_of_the_task_the_others_do() {
    let url = common::postgres_url();
    let story = ["--scenario=invoices", "--items=60", "--api-latency=30ms"];
    // With a key, so that the bill in hand is no second one.
    let story = [&story[..], &["--idempotency-key"]].concat();
    let report = report_after_a_stranger_kills(at_work(&story, "pessimistic", &url));
    assert_eq!(report["effects"]["billed_once"], 60, "{report}");
    assert_eq!(report["stock"]["final"], 0, "{report}");
}

#[test]
fn a_leader_that_is_killed_has_a_successor() {
    for backend in [Backend::Postgres, Backend::Mysql] {
        if !common::backends().contains(&backend) {
            continue;
        }
        // Which of the two leads is left to chance.
        let database = common::database(backend);
        let mut shop = lockbench::run::Shop::open(&database).unwrap();
        let mut succeeded = false;
        for attempt in 0..2 * stories::TRIES {
            let killed = 1 + attempt % 2;
            let request = invoices(Strategy::Leader, one_of_two_killed(killed));
            let result = common::run_request(&mut shop, &request);
            assert_marks_are_right(&database, &result);
            assert_accounts_add_up(&result);
            let effects = result.effects.as_ref().unwrap();
            assert_eq!(effects.never_billed, 0, "{result:#?}");
            assert!(effects.billed_twice_or_more <= 1, "{result:#?}");
            // Before the kill only the leader bills, so that both have billed only if it was
            // the leader who was killed.
            if result.servers.iter().all(|server| server.billed > 0) {
                succeeded = true;
                break;
            }
        }
        assert!(succeeded, "no leader was killed on {backend}");
    }
}
