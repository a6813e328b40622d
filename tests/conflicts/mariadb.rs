//! How MariaDB is brought to refuse.

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, MysqlConnection, QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::server::{MariadbServer, ServerOptions};
use lockbench::db::{Address, AnyConnection, Backend, Database};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::stage::{MARK, Provoked, Stage, Victim, mark, refusal, waits_for, write};
use crate::{Provocation, common};

pub const PROVOCATIONS: [Provocation; 8] = [
    ("1213", "Deadlock found when trying to get lock", deadlock),
    ("1205", "Lock wait timeout exceeded", lock_wait_timeout),
    ("1020", "Record has changed since last read", record_changed),
    (
        "1969",
        "Query execution was interrupted (max_statement_time",
        statement_time,
    ),
    ("1927", "Connection was killed", killed),
    ("2006", "Server has gone away", after_the_end),
    ("2013", "Lost connection to server", lost),
    ("1040", "Too many connections", no_slot),
];

fn deadlock() -> Provoked {
    let stage = Stage::new(Backend::Mysql);
    let mut victim = stage.victim("");
    write(&mut victim, 1).expect("a write");
    // InnoDB lets the one die that has written less.
    let mut other = stage.holder(2);
    for order in 1..20 {
        mark(&mut other, order);
    }
    let _waiting = waits_for(other, 1);
    stage.refused(victim, "UPDATE lockbench_items SET stock = 1 WHERE id = 2")
}

fn lock_wait_timeout() -> Provoked {
    let stage = Stage::new(Backend::Mysql);
    let setup = "SET innodb_lock_wait_timeout = 1";
    let (_holder, victim) = (stage.holder(1), stage.victim(setup));
    stage.refused(
        victim,
        "SELECT * FROM lockbench_items WHERE id = 1 FOR UPDATE",
    )
}

fn record_changed() -> Provoked {
    let stage = Stage::new(Backend::Mysql);
    let mut victim = stage.victim("SET innodb_snapshot_isolation = ON");
    victim
        .batch_execute("SELECT * FROM lockbench_items")
        .expect("a read");
    write(&mut stage.session(), 1).expect("a write");
    stage.refused(victim, "UPDATE lockbench_items SET stock = 1 WHERE id = 1")
}

fn statement_time() -> Provoked {
    let stage = Stage::new(Backend::Mysql);
    let setup = "SET max_statement_time = 0.1";
    let (_holder, victim) = (stage.holder(1), stage.victim(setup));
    stage.refused(
        victim,
        "SELECT * FROM lockbench_items WHERE id = 1 FOR UPDATE",
    )
}

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

fn end(stage: &Stage, victim: &mut AnyConnection) {
    let id = sql_query("SELECT CONNECTION_ID() AS id")
        .get_result::<Session>(victim)
        .expect("a session")
        .id;
    stage
        .session()
        .batch_execute(&format!("KILL {id}"))
        .expect("root");
    // The server tells the session on its own time.
    std::thread::sleep(std::time::Duration::from_millis(300));
}

fn killed() -> Provoked {
    let stage = Stage::new(Backend::Mysql);
    let mut victim = stage.victim("");
    end(&stage, &mut victim);
    stage.refused(victim, "SELECT 1")
}

fn after_the_end() -> Provoked {
    let stage = Stage::new(Backend::Mysql);
    let mut victim = stage.victim("");
    end(&stage, &mut victim);
    refusal(&mut victim, "SELECT 1");
    stage.refused(victim, "SELECT 1")
}

fn lost() -> Provoked {
    let server = common::mariadb::start(&[]);
    let address = Address::Mysql(server.url());
    let database = Database::open(&address, &ServerOptions::default()).expect("a database");
    let stage = Stage::on(database);
    let mut victim = stage.victim("");
    assert!(!stage.has(MARK));
    let pid = std::fs::read_to_string(server.folder().join("pid")).expect("a running server");
    let pid = Pid::from_raw(pid.trim().parse().expect("a number"));
    let asked = std::thread::spawn(move || refusal(&mut victim, "SELECT SLEEP(20)"));
    std::thread::sleep(std::time::Duration::from_millis(300));
    kill(pid, Signal::SIGKILL).expect("a process of ours");
    Provoked::Statement {
        error: asked.join().expect("an error"),
        stage,
        victim: Victim::WithItsServer,
    }
}

fn no_slot() -> Provoked {
    let server: MariadbServer = common::mariadb::start(&["max_connections=10"]);
    let mut open = Vec::new();
    for _ in 0..20 {
        match MysqlConnection::establish(&server.url()) {
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
