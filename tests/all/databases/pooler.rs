//! Behind a pooler that lends sessions by the transaction nothing that belongs to a session
//! holds: lockbench says so, before it has left anything there.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use nix::unistd::{User, geteuid};
use predicates::str::contains;
use tempfile::TempDir;

use crate::common;
use crate::common::program::{PATIENCE, wait_for};

/// A PgBouncer in front of a database, on a socket of its own.
struct Bouncer {
    process: Child,
    folder: TempDir,
}

impl Bouncer {
    fn start(url: &str, mode: &str, size: u32) -> Self {
        // postgres://USER@SOCKET/NAME
        let (_, rest) = url.split_once("//").unwrap();
        let (user, rest) = rest.split_once('@').unwrap();
        let (socket, name) = rest.rsplit_once('/').unwrap();
        let folder = tempfile::Builder::new()
            .prefix("lb-")
            .tempdir_in("/tmp")
            .unwrap();
        let path = folder.path();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let file = path.join("pgbouncer.ini");
        let settings = format!(
            "[databases]\nshop = host={} dbname={name} user={user}\n\
             [pgbouncer]\nunix_socket_dir = {}\nlisten_addr =\nlisten_port = 6432\n\
             auth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\n",
            socket.replace("%2F", "/"),
            path.display()
        );
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new(program());
        command
            .arg("-q")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // It refuses to run as root.
        if geteuid().is_root() {
            let user = ["postgres", "nobody"]
                .iter()
                .find_map(|name| User::from_name(name).unwrap())
                .unwrap();
            chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        let process = command.current_dir("/").spawn().unwrap();
        let bouncer = Self { process, folder };
        wait_for("PgBouncer's answer", PATIENCE, || {
            PgConnection::establish(&bouncer.url()).is_ok()
        });
        bouncer
    }

    fn url(&self) -> String {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://lockbench@{socket}:6432/shop")
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> &'static str {
    let places = [
        "/usr/sbin/pgbouncer",
        "/usr/bin/pgbouncer",
        "/opt/homebrew/bin/pgbouncer",
    ];
    places
        .into_iter()
        .find(|place| Path::new(place).exists())
        .expect("PgBouncer: run tests/run, which installs what is missing")
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(url: &str, question: &str) -> i64 {
    sql_query(question)
        .get_result::<Number>(&mut common::postgres(url))
        .unwrap()
        .number
}

/// Locks that are held, and schemas of ours.
const LEFT: &str = "SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
     (SELECT oid FROM pg_database WHERE datname = current_database())) \
     + (SELECT count(*) FROM pg_namespace WHERE nspname = 'lockbench') AS number";

/// Every command that opens a user's database.
const COMMANDS: [&[&str]; 9] = [
    &["run", "--strategy=atomic"],
    &["compare", "--strategies=atomic"],
    &["sweep", "--axis=threads=1,2"],
    &["advise"],
    &["check"],
    &["explore", "--strategy=atomic"],
    &["anomalies"],
    &["explain", "naive"],
    &["db", "status"],
];

fn assert_refused(command: &[&str], bouncer: &Bouncer) {
    common::lockbench()
        .args([command, &["--database", &bouncer.url()]].concat())
        .assert()
        .code(3)
        .stdout("")
        .stderr(contains("in transaction or statement mode"));
}

#[test]
fn a_pooler_that_lends_by_the_transaction_or_the_statement_is_refused() {
    let url = common::postgres_url();
    for mode in ["transaction", "statement"] {
        for size in [1, 2, 8] {
            let bouncer = Bouncer::start(&url, mode, size);
            for _ in 0..3 {
                assert_refused(COMMANDS[0], &bouncer);
            }
            assert_eq!(number(&url, LEFT), 0, "{mode}, {size}");
        }
    }
    common::lockbench()
        .args(["run", "--strategy=advisory", "--no-control"])
        .args(["--database", &url])
        .assert()
        .success();
}

#[test]
fn every_command_refuses_it_and_leaves_its_sessions_as_they_were() {
    let url = common::postgres_url();
    let bouncer = Bouncer::start(&url, "transaction", 1);
    let path = "SELECT count(*) AS number FROM pg_settings \
                WHERE name IN ('search_path', 'lock_timeout', 'client_connection_check_interval') \
                AND setting <> reset_val";
    assert_eq!(number(&bouncer.url(), path), 0);
    for command in COMMANDS {
        assert_refused(command, &bouncer);
        assert_eq!(number(&bouncer.url(), path), 0, "{command:?}");
    }
    assert_eq!(number(&url, LEFT), 0);
}

#[test]
fn a_pooler_in_demand_is_found_out_as_well() {
    let url = common::postgres_url();
    let bouncer = Bouncer::start(&url, "transaction", 4);
    // What others do meanwhile: each holds a session for a while, and gives it back.
    thread::scope(|scope| {
        let until = Instant::now() + Duration::from_secs(4);
        for _ in 0..3 {
            let url = bouncer.url();
            scope.spawn(move || {
                let mut connection = PgConnection::establish(&url).unwrap();
                while Instant::now() < until {
                    connection
                        .batch_execute("BEGIN; SELECT pg_sleep(0.003); COMMIT")
                        .unwrap();
                }
            });
        }
        for _ in 0..5 {
            assert_refused(COMMANDS[0], &bouncer);
        }
    });
}

#[test]
fn a_pooler_that_lends_for_as_long_as_a_client_stays_is_as_good_as_the_server() {
    let url = common::postgres_url();
    let bouncer = Bouncer::start(&url, "session", 8);
    for strategy in ["advisory", "pessimistic"] {
        let strategy = format!("--strategy={strategy}");
        common::lockbench()
            .args([
                "run",
                &strategy,
                "--threads=4",
                "--no-control",
                "--database",
                &bouncer.url(),
            ])
            .assert()
            .success();
    }
    common::lockbench()
        .args(["explore", "--strategy=atomic", "--database", &bouncer.url()])
        .assert()
        .success();
}

#[test]
fn a_pooler_with_too_few_sessions_is_named_as_such() {
    let url = common::postgres_url();
    for (size, words) in [
        (1, "one connection but not a second"),
        (2, "could not open 8 connections"),
    ] {
        let bouncer = Bouncer::start(&url, "session", size);
        common::lockbench()
            .args(["run", "--strategy=atomic", "--database", &bouncer.url()])
            .timeout(PATIENCE)
            .assert()
            .code(3)
            .stderr(contains(words));
    }
}
