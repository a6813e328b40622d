//! How MariaDB is brought to refuse.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, MysqlConnection, QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::{AnyConnection, Backend};

use super::Provocation;
use super::stage::{Provoked, Stage, Victim, mark, refusal, waits_for, write};
use crate::common;

/// Enough for the server to notice what it is asked.
const PAUSE: Duration = Duration::from_millis(300);

pub(crate) const PROVOCATIONS: [Provocation; 7] = [
    ("1213", "Deadlock found when trying to get lock", deadlock),
    ("1205", "Lock wait timeout exceeded", lock_wait_timeout),
    ("1020", "Record has changed since last read", record_changed),
    (
        "1969",
        "Query execution was interrupted (max_statement_time",
        statement_time,
    ),
    ("2006", "Server has gone away", after_the_end),
    ("2013", "Lost connection to server", killed),
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

fn id(session: &mut AnyConnection) -> i64 {
    sql_query("SELECT CONNECTION_ID() AS id")
        .get_result::<Session>(session)
        .expect("a session")
        .id
}

/// Ends the session `id`, which the server does on its own time.
fn end(stage: &Stage, id: i64) {
    stage
        .session()
        .batch_execute(&format!("KILL {id}"))
        .expect("root");
    thread::sleep(PAUSE);
}

/// In the middle of a statement.
fn killed() -> Provoked {
    let stage = Stage::new(Backend::Mysql);
    let mut victim = stage.victim("");
    let id = id(&mut victim);
    let asked = thread::spawn(move || {
        let error = refusal(&mut victim, "SELECT SLEEP(20)");
        (error, victim)
    });
    thread::sleep(PAUSE);
    end(&stage, id);
    let (error, victim) = asked.join().expect("an error");
    Provoked::Statement {
        error,
        stage,
        victim: Victim::Marked(victim),
    }
}

/// An idle session's end is found out with its next statement.
fn after_the_end() -> Provoked {
    let stage = Stage::new(Backend::Mysql);
    let mut victim = stage.victim("");
    end(&stage, id(&mut victim));
    stage.refused(victim, "SELECT 1")
}

fn no_slot() -> Provoked {
    let server = common::mariadb::start(&["max_connections=10"]);
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
