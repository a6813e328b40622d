//! How PostgreSQL is brought to refuse.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::server::{PostgresServer, ServerOptions};
use lockbench::db::{Address, AnyConnection, Backend, Database};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Provocation;
use super::stage::{Provoked, Stage, Victim, refusal, waits_for, write};
use crate::common;

pub(crate) const PROVOCATIONS: [Provocation; 11] = [
    ("40001", "could not serialize access", concurrent_update),
    ("40P01", "deadlock detected", deadlock),
    ("55P03", "could not obtain lock", nowait),
    (
        "55P03",
        "canceling statement due to lock timeout",
        lock_timeout,
    ),
    (
        "57014",
        "canceling statement due to statement timeout",
        statement_timeout,
    ),
    ("57P01", "terminating connection", terminated),
    ("", "server closed the connection", killed),
    ("", "no connection to the server", after_the_end),
    ("53300", "sorry, too many clients already", no_slot),
    (
        "53300",
        "remaining connection slots are reserved",
        reserved_slots,
    ),
    ("53300", "too many connections for", limit_of_a_role),
];

fn concurrent_update() -> Provoked {
    let stage = Stage::new(Backend::Postgres);
    let mut victim = stage.victim("SET default_transaction_isolation = 'repeatable read'");
    victim
        .batch_execute("SELECT * FROM lockbench_items")
        .expect("a read");
    write(&mut stage.session(), 1).expect("a write");
    stage.refused(victim, "UPDATE lockbench_items SET stock = 1 WHERE id = 1")
}

fn deadlock() -> Provoked {
    let stage = Stage::new(Backend::Postgres);
    // Whoever looks first finds the deadlock, and dies of it.
    let mut victim = stage.victim("SET deadlock_timeout = '10ms'");
    write(&mut victim, 1).expect("a write");
    let mut other = stage.holder(2);
    other
        .batch_execute("SET deadlock_timeout = '1h'")
        .expect("a superuser");
    let _waiting = waits_for(other, 1);
    stage.refused(victim, "UPDATE lockbench_items SET stock = 1 WHERE id = 2")
}

fn nowait() -> Provoked {
    let stage = Stage::new(Backend::Postgres);
    let (_holder, victim) = (stage.holder(1), stage.victim(""));
    stage.refused(
        victim,
        "SELECT * FROM lockbench_items WHERE id = 1 FOR UPDATE NOWAIT",
    )
}

fn lock_timeout() -> Provoked {
    let stage = Stage::new(Backend::Postgres);
    let (_holder, victim) = (stage.holder(1), stage.victim("SET lock_timeout = '50ms'"));
    stage.refused(
        victim,
        "SELECT * FROM lockbench_items WHERE id = 1 FOR UPDATE",
    )
}

fn statement_timeout() -> Provoked {
    let stage = Stage::new(Backend::Postgres);
    let victim = stage.victim("SET statement_timeout = '50ms'");
    stage.refused(victim, "SELECT pg_sleep(5)")
}

#[derive(QueryableByName)]
struct Process {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

fn process(session: &mut AnyConnection) -> i32 {
    sql_query("SELECT pg_backend_pid() AS pid")
        .get_result::<Process>(session)
        .expect("a session")
        .pid
}

fn terminated() -> Provoked {
    let stage = Stage::new(Backend::Postgres);
    let mut victim = stage.victim("");
    terminate(&stage, &mut victim);
    stage.refused(victim, "SELECT 1")
}

fn terminate(stage: &Stage, victim: &mut AnyConnection) {
    let pid = process(victim);
    stage
        .session()
        .batch_execute(&format!("SELECT pg_terminate_backend({pid}, 5000)"))
        .expect("a superuser");
}

fn after_the_end() -> Provoked {
    let stage = Stage::new(Backend::Postgres);
    let mut victim = stage.victim("");
    terminate(&stage, &mut victim);
    refusal(&mut victim, "SELECT 1");
    stage.refused(victim, "SELECT 1")
}

/// A server of its own: it ends every other session when one of its processes is killed.
fn killed() -> Provoked {
    let server = PostgresServer::start(&ServerOptions::default()).expect("a server");
    let address: Address = server.url().parse().expect("its own URL");
    let database = Database::open(&address, &ServerOptions::default()).expect("a database");
    let stage = Stage::on(database);
    let mut victim = stage.victim("");
    let pid = Pid::from_raw(process(&mut victim));
    kill(pid, Signal::SIGKILL).expect("a process of ours");
    let error = refusal(&mut victim, "SELECT 1");
    Provoked::Statement {
        error,
        stage,
        victim: Victim::WithItsServer,
    }
}

/// Opens connections until one is refused.
fn until_refused(connect: impl Fn() -> Result<PgConnection, diesel::ConnectionError>) -> Provoked {
    let mut open = Vec::new();
    for _ in 0..20 {
        match connect() {
            Ok(connection) => open.push(connection),
            Err(refusal) => {
                return Provoked::Connection {
                    words: refusal.to_string(),
                };
            }
        }
    }
    panic!("20 connections were given");
}

fn small_server() -> PostgresServer {
    let settings = ["max_connections=6", "superuser_reserved_connections=2"];
    PostgresServer::start(&ServerOptions {
        settings: settings.map(str::to_owned).to_vec(),
        ..ServerOptions::default()
    })
    .expect("a server")
}

fn no_slot() -> Provoked {
    let server = small_server();
    until_refused(|| PgConnection::establish(&server.url()))
}

fn reserved_slots() -> Provoked {
    let server = small_server();
    common::postgres(&server.url())
        .batch_execute("CREATE ROLE clerk LOGIN")
        .expect("a superuser");
    let url = server.url().replace("lockbench@", "clerk@");
    until_refused(|| PgConnection::establish(&url))
}

fn limit_of_a_role() -> Provoked {
    let url = common::postgres_url();
    common::postgres(&url)
        .batch_execute("CREATE ROLE cashier LOGIN CONNECTION LIMIT 2")
        .expect("a superuser");
    until_refused(|| PgConnection::establish(&url.replace("lockbench@", "cashier@")))
}
