//! What a server does to its clients in bad times: the run goes on, or ends with a sentence.

use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::server::{PostgresServer, ServerOptions};
use lockbench::db::session::Kept;
use lockbench::db::{Address, Database};
use lockbench::model::load::Load;
use lockbench::model::strategy::Strategy;
use lockbench::model::verdict::Verdict;
use lockbench::run::Shop;
use lockbench::run::result::RunResult;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::common;
use crate::common::aftermath;
use crate::common::program::{PATIENCE, wait_for};

fn server(settings: &[&str]) -> PostgresServer {
    let mut options = ServerOptions {
        connections: 50,
        settings: vec!["fsync=off".to_owned()],
        ..ServerOptions::default()
    };
    options
        .settings
        .extend(settings.iter().map(|setting| (*setting).to_owned()));
    PostgresServer::start(&options)
        .unwrap_or_else(|error| panic!("{error:#}\nrun tests/run: it installs what is missing"))
}

/// Runs on `url` while `trouble` is made; it ends when the run has.
fn run_in_trouble(
    url: String,
    strategy: Strategy,
    load: &Load,
    trouble: impl FnOnce() + Send,
) -> RunResult {
    run_in_trouble_keeping(Kept::default(), url, strategy, load, trouble)
}

/// The same where buyers have these settings as the server has them.
fn run_in_trouble_keeping(
    kept: Kept,
    url: String,
    strategy: Strategy,
    load: &Load,
    trouble: impl FnOnce() + Send,
) -> RunResult {
    let address: Address = url.parse().unwrap();
    let database = Database::open_keeping(&address, &ServerOptions::default(), kept).unwrap();
    let mut shop = Shop::open(&database).unwrap();
    thread::scope(|scope| {
        scope.spawn(trouble);
        common::run(&mut shop, strategy, load)
    })
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// The sessions of lockbench's buyers and of the one that looks after the tables.
fn backends(connection: &mut PgConnection) -> Vec<i32> {
    sql_query("SELECT pid FROM pg_stat_activity WHERE application_name = 'lockbench'")
        .load::<Backend>(connection)
        .unwrap()
        .iter()
        .map(|backend| backend.pid)
        .collect()
}

fn wait_for_sales(connection: &mut PgConnection) {
    wait_for("the first sales", PATIENCE, || {
        aftermath::ledger_rows(connection) >= 10
    });
}

fn for_a_while() -> Load {
    Load {
        stock: 1_000_000,
        orders: None,
        duration: Some(Duration::from_secs(3)),
        ..Load::default()
    }
}

#[test]
fn sessions_that_the_server_ends_again_and_again_cost_nothing_but_time() {
    let server = server(&[]);
    for strategy in [
        Strategy::Pessimistic,
        Strategy::Optimistic,
        Strategy::Serializable,
        Strategy::Atomic,
    ] {
        let mut connection = common::postgres(&server.url());
        // What the strategy before has sold is not to be taken for this one's sales.
        connection
            .batch_execute("DROP SCHEMA IF EXISTS lockbench CASCADE")
            .unwrap();
        let result = run_in_trouble(server.url(), strategy, &for_a_while(), || {
            let mut connection = common::postgres(&server.url());
            wait_for_sales(&mut connection);
            for _ in 0..15 {
                for pid in backends(&mut connection) {
                    sql_query(format!("SELECT pg_terminate_backend({pid})"))
                        .execute(&mut connection)
                        .unwrap();
                }
                thread::sleep(Duration::from_millis(60));
            }
        });
        assert!(result.conflicts["connection_lost"] >= 8, "{result:#?}");
        assert_eq!(result.outcomes.failed, 0, "{result:#?}");
        assert!(result.outcomes.sold > 100, "{result:#?}");
        aftermath::assert_agrees(&mut connection, &result);
    }
}

#[test]
fn a_server_that_crashes_and_recovers_loses_nothing_that_was_sold() {
    let server = server(&[]);
    let result = run_in_trouble(server.url(), Strategy::Pessimistic, &for_a_while(), || {
        let mut connection = common::postgres(&server.url());
        wait_for_sales(&mut connection);
        // Whatever one session's sudden death has left in shared memory cannot be trusted:
        // the server ends all sessions and recovers from its log.
        let victim = *backends(&mut connection).last().unwrap();
        kill(Pid::from_raw(victim), Signal::SIGKILL).unwrap();
    });
    assert!(result.conflicts["connection_lost"] > 0, "{result:#?}");
    aftermath::assert_agrees(&mut common::postgres(&server.url()), &result);
}

/// Starts the program, without waiting for it.
fn spawn(arguments: &[&str]) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_lockbench"))
        .arg("run")
        .args(arguments)
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for its end, which must come.
fn end_of(mut program: std::process::Child) -> Output {
    let deadline = Instant::now() + PATIENCE;
    while program.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            program.kill().unwrap();
            panic!("it hangs: {:?}", program.wait_with_output());
        }
        thread::sleep(Duration::from_millis(20));
    }
    program.wait_with_output().unwrap()
}

/// Sees to it that it failed with one clear sentence; gives that.
fn only_sentence(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.starts_with("error: "), "{said}");
    assert_eq!(said.matches("error: ").count(), 1, "{said}");
    assert!(output.stdout.is_empty(), "{said}");
    said
}

#[test]
fn a_server_that_goes_for_good_ends_the_run_with_a_sentence() {
    let server = server(&[]);
    let url = server.url();
    let arguments = ["--strategy", "pessimistic", "--stock", "1000000"];
    let program = spawn(&[&arguments[..], &["--duration", "1h", "--database", &url]].concat());
    wait_for_sales(&mut common::postgres(&url));
    drop(server);
    let said = only_sentence(&end_of(program));
    assert!(said.contains("the database is gone"), "{said}");
}

#[test]
fn a_server_without_room_for_all_connections_says_so_at_once() {
    let server = server(&["max_connections=10"]);
    let url = server.url();
    let arguments = ["--strategy", "atomic", "--threads", "32"];
    let said = only_sentence(&end_of(spawn(
        &[&arguments[..], &["--database", &url]].concat(),
    )));
    assert!(said.contains("too many clients"), "{said}");
    assert!(said.contains("--pool"), "{said}");
}

#[test]
fn an_impatient_server_is_asked_again() {
    let server = server(&[]);
    let address: Address = server.url().parse().unwrap();
    let database = Database::open(&address, &ServerOptions::default()).unwrap();
    drop(Shop::open(&database).unwrap());
    // Each sale makes a new version of the row, for which those in line wait anew: it is one
    // buyer's thinking that must outlast the limit, and not the line.
    let load = Load {
        hold: Duration::from_millis(60),
        stock: 15,
        orders: Some(30),
        max_attempts: 10_000,
        ..Load::default()
    };
    for setting in ["lock_timeout", "statement_timeout"] {
        let kept = Kept::new(lockbench::db::Backend::Postgres, &[setting.to_owned()]).unwrap();
        let url = format!("{}?options=-c%20{setting}%3D25ms", server.url());
        // What looks after the tables is in no hurry, whatever the limit.
        let mut holder = common::postgres(&server.url());
        let lock = "BEGIN; LOCK TABLE lockbench.lockbench_ledger";
        holder.batch_execute(lock).unwrap();
        let result = run_in_trouble_keeping(kept, url, Strategy::Pessimistic, &load, move || {
            thread::sleep(Duration::from_millis(500));
            holder.batch_execute("COMMIT").unwrap();
        });
        assert!(result.conflicts.contains_key(setting), "{result:#?}");
        assert_eq!(result.outcomes.sold, 15, "{result:#?}");
        aftermath::assert_agrees(&mut common::postgres(&server.url()), &result);
    }
}

#[test]
fn a_server_that_only_fails_is_left_alone() {
    let server = server(&[]);
    let endless = Load {
        duration: Some(PATIENCE * 10),
        ..for_a_while()
    };
    let result = run_in_trouble(server.url(), Strategy::Atomic, &endless, || {
        let mut connection = common::postgres(&server.url());
        wait_for_sales(&mut connection);
        connection
            .batch_execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE 'could not extend file: No space left on device' \
                 USING ERRCODE = 'disk_full'; END $$; \
                 CREATE TRIGGER full_disk BEFORE INSERT ON lockbench.lockbench_ledger \
                 FOR EACH ROW EXECUTE FUNCTION full_disk()",
            )
            .unwrap();
    });
    assert_eq!(result.verdict, Verdict::Inconclusive, "{result:#?}");
    assert!(result.outcomes.failed < 1_000, "{result:#?}");
    let reason = result.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("100 orders in a row failed"), "{reason}");
    aftermath::assert_agrees(&mut common::postgres(&server.url()), &result);
}
