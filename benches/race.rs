//! How many schedules a second a race runs, and what its proxy adds to a statement:
//! `cargo bench --bench race`. The programs of Python's need what tests/run has installed.

#![allow(clippy::print_stdout, missing_docs)]

use std::io::{Write, stdin, stdout};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use lockbench::db::server::{PostgresServer, ServerOptions};
use lockbench::explore::Exploration;
use lockbench::wire::{Answer, Batch, ConnectionId, Proxy, Upstream, Watcher};
use serde_json::Value;

/// What the program is called with to be the worker of a race.
const WORKER: &str = "--be-the-worker";

/// And to say what the proxy adds, in nanoseconds, and nothing else.
const ADDED_TIME: &str = "--tell-the-added-time";

const SHOP: &str = "tests/all/race/programs/shop.sql";

/// Schedules enough for the start not to count.
const SCHEDULES: &str = "2000";

/// Statements whose times are taken, on each way to the server.
const STATEMENTS: usize = 5_000;

/// What is to be reached on a machine that does nothing else: issue 15.
const TARGETS: [(&str, f64); 4] = [
    ("psycopg2, a process for each schedule", 0.0),
    ("psycopg2, workers", 300.0),
    ("diesel, explored from within", 1_000.0),
    ("diesel, workers behind the proxy", 500.0),
];

fn main() -> Result<()> {
    let is_called_with = |what: &str| std::env::args().any(|argument| argument == what);
    if is_called_with(WORKER) {
        return work();
    }
    if is_called_with(ADDED_TIME) {
        println!("{}", added_time()?.as_nanos());
        return Ok(());
    }
    let python = [
        "python3",
        "tests/all/race/programs/psycopg2_shop.py",
        "naive",
    ];
    let own = std::env::current_exe()?;
    let own = own.to_str().context("a path in UTF-8")?;
    let speeds = [
        race(&["--random", "100"], &python)?,
        race(
            &["--worker", "--random", SCHEDULES],
            &[&python[..], &["worker"]].concat(),
        )?,
        explore()?,
        race(&["--worker", "--random", SCHEDULES], &[own, WORKER])?,
    ];
    for ((name, target), speed) in TARGETS.into_iter().zip(speeds) {
        println!(
            "{name}: {speed:.0} schedules a second{}",
            judged(speed >= target, target)
        );
    }
    let (target, added) = (30.0, added_time_on_one_processor(own)?);
    println!(
        "the proxy adds {added:.1} µs to a statement, in the median{}; {:.1} µs where others have \
         to be woken on another processor",
        judged(added <= target, target),
        micros(added_time()?)
    );
    Ok(())
}

/// What the proxy adds where nobody has to be woken on another processor, which takes longer than
/// all else where that one sleeps, and is no doing of the proxy's: in microseconds.
fn added_time_on_one_processor(own: &str) -> Result<f64> {
    let told = Command::new("taskset")
        .args(["--cpu-list", "0", own, ADDED_TIME])
        .output()
        .context("taskset, of util-linux, is needed")?;
    let nanoseconds: u64 = String::from_utf8(told.stdout)?.trim().parse()?;
    Ok(micros(Duration::from_nanos(nanoseconds)))
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn judged(is_reached: bool, target: f64) -> String {
    match is_reached {
        _ if target == 0.0 => String::new(),
        true => format!(" (aim: {target})"),
        false => format!(", short of the aim of {target} on a quiet machine"),
    }
}

/// Schedules a second of a race that the program runs.
fn race(arguments: &[&str], command: &[&str]) -> Result<f64> {
    let output = Command::new(env!("CARGO_BIN_EXE_lockbench"))
        .args(["--quiet", "race", "--json", "--setup", SHOP])
        .args(arguments)
        .arg("--")
        .args(command)
        .env("PYTHONPATH", "target/race-clients/python")
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let result: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{said}run tests/run: it installs the clients"))?;
    let numbers = result["schedules"]
        .as_f64()
        .zip(result["elapsed_s"].as_f64());
    let (schedules, seconds) = numbers.context("schedules and seconds")?;
    if result["verdict"] != "unsafe" {
        bail!("the naive purchase was not found to be wrong: {result}");
    }
    Ok(schedules / seconds)
}

/// The same purchase without the wire between.
fn explore() -> Result<f64> {
    let server = server()?;
    let url = server.url();
    PgConnection::establish(&url)?.batch_execute(&std::fs::read_to_string(SHOP)?)?;
    let mut exploration = Exploration::new(move || PgConnection::establish(&url))
        .reset(|connection: &mut PgConnection| {
            connection.batch_execute("DELETE FROM orders; UPDATE stock SET units = 1")
        })
        .invariant(|connection: &mut PgConnection| count(connection).map(|count| count <= 1));
    for _ in 0..2 {
        exploration = exploration.session(buy);
    }
    // As a worker does.
    let exploration = exploration.keep_connections();
    let found = exploration.random(SCHEDULES.parse()?, 1).explore()?;
    Ok(found.schedules as f64 / found.elapsed.as_secs_f64())
}

fn server() -> Result<PostgresServer> {
    PostgresServer::start(&ServerOptions {
        connections: 20,
        quick_deadlocks: true,
        settings: ServerOptions::nothing_lasts(lockbench::db::Backend::Postgres),
    })
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

fn count(connection: &mut PgConnection) -> diesel::QueryResult<i64> {
    let counted = sql_query("SELECT count(*) AS number FROM orders");
    counted
        .get_result::<Number>(connection)
        .map(|row| row.number)
}

/// Reads, checks and writes.
fn buy(connection: &mut PgConnection) -> diesel::QueryResult<()> {
    connection.transaction(|connection| {
        let read = sql_query("SELECT units::bigint AS number FROM stock WHERE id = 1");
        let units = read.get_result::<Number>(connection)?.number;
        if units > 0 {
            sql_query(format!(
                "UPDATE stock SET units = {} WHERE id = 1",
                units - 1
            ))
            .execute(connection)?;
            sql_query("INSERT INTO orders (item) VALUES (1)").execute(connection)?;
        }
        Ok(())
    })
}

/// Buys once for each line, as a worker of a race's does.
fn work() -> Result<()> {
    let mut connection = PgConnection::establish(&std::env::var("DATABASE_URL")?)?;
    println!("ready");
    for line in stdin().lines() {
        line?;
        match buy(&mut connection) {
            Ok(()) => println!("ok"),
            Err(error) => println!("{error}"),
        }
        stdout().flush()?;
    }
    Ok(())
}

/// Lets everything pass.
struct Nobody;

impl Watcher for Nobody {
    fn connected(&self, _: ConnectionId, _: i32, _: &[(String, String)]) {}
    fn arrives(&self, _: ConnectionId, _: &Batch) -> bool {
        true
    }
    fn answered(&self, _: ConnectionId, _: &Answer) {}
    fn closed(&self, _: ConnectionId) {}
    fn wants_encryption(&self) {}
}

/// What the proxy adds to a statement, in the median: by turns through it and around it.
fn added_time() -> Result<Duration> {
    let server = server()?;
    let socket = Path::new(server.folder()).join(".s.PGSQL.5432");
    let proxy = Proxy::open(Upstream::Socket(socket), Vec::new(), Arc::new(Nobody))?;
    let through = format!("postgres://lockbench@127.0.0.1:{}/postgres", proxy.port());
    let mut direct = PgConnection::establish(&server.url())?;
    let mut proxied = PgConnection::establish(&through)?;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..STATEMENTS {
        for (connection, times) in [&mut direct, &mut proxied].into_iter().zip(&mut times) {
            let began = Instant::now();
            // Goes out and comes back once: what `sql_query` sends does so twice.
            connection.batch_execute("SELECT 1")?;
            times.push(began.elapsed());
        }
    }
    let [direct, proxied] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    });
    Ok(proxied.saturating_sub(direct))
}
