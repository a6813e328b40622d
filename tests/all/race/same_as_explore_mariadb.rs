//! The same purchase by diesel on MariaDB, explored from within and raced from outside.

use std::fs::File;
use std::io::{Write, stdin};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::BigInt;
use lockbench::explore::Exploration;

use super::{Raced, programs, race, shell_quoted};
use crate::common;
use crate::common::mariadb::{Alone, connect};

diesel::table! {
    stock (id) {
        id -> Integer,
        units -> Integer,
        version -> Integer,
    }
}

diesel::table! {
    orders (id) {
        id -> BigInt,
        item -> Integer,
    }
}

/// What fills the shop.
const FILES: [&str; 2] = ["mariadb_shop.sql", "mariadb_version.sql"];

type Purchase = fn(&mut MysqlConnection) -> QueryResult<()>;

/// A way to buy, and what two sessions of it come to: schedules, and those that are not right.
struct Way {
    name: &'static str,
    purchase: Purchase,
    /// Where BEGIN is a step as any other, and the ROLLBACK of a deadlock's victim, as for `explore`.
    every_statement: (u64, u64),
    /// Where they are none.
    only_steps: (u64, u64),
}

const WAYS: [Way; 6] = [
    Way {
        name: "autocommit",
        purchase: read_check_write,
        every_statement: (16, 12),
        only_steps: (16, 12),
    },
    Way {
        name: "naive",
        purchase: naive,
        every_statement: (92, 80),
        only_steps: (24, 22),
    },
    Way {
        name: "for-update",
        purchase: for_update,
        every_statement: (36, 0),
        only_steps: (8, 0),
    },
    Way {
        name: "atomic",
        purchase: atomic,
        every_statement: (24, 0),
        only_steps: (6, 0),
    },
    Way {
        name: "version",
        purchase: version,
        every_statement: (92, 0),
        only_steps: (24, 0),
    },
    Way {
        name: "serializable",
        purchase: serializable,
        every_statement: (66, 0),
        only_steps: (10, 0),
    },
];

fn take(connection: &mut MysqlConnection, left: i32) -> QueryResult<()> {
    diesel::update(stock::table.find(1))
        .set(stock::units.eq(left))
        .execute(connection)?;
    order(connection)
}

fn order(connection: &mut MysqlConnection) -> QueryResult<()> {
    let new = diesel::insert_into(orders::table).values(orders::item.eq(1));
    new.execute(connection).map(drop)
}

fn read_check_write(connection: &mut MysqlConnection) -> QueryResult<()> {
    let units = stock::table.find(1).select(stock::units);
    match units.first::<i32>(connection)? {
        ..1 => Ok(()),
        units => take(connection, units - 1),
    }
}

fn naive(connection: &mut MysqlConnection) -> QueryResult<()> {
    connection.transaction(read_check_write)
}

fn for_update(connection: &mut MysqlConnection) -> QueryResult<()> {
    connection.transaction(|connection| {
        let units = stock::table.find(1).select(stock::units).for_update();
        match units.first::<i32>(connection)? {
            ..1 => Ok(()),
            units => take(connection, units - 1),
        }
    })
}

fn atomic(connection: &mut MysqlConnection) -> QueryResult<()> {
    connection.transaction(|connection| {
        let enough = stock::table.find(1).filter(stock::units.ge(1));
        let taken = diesel::update(enough)
            .set(stock::units.eq(stock::units - 1))
            .execute(connection)?;
        match taken {
            0 => Ok(()),
            _ => order(connection),
        }
    })
}

fn version(connection: &mut MysqlConnection) -> QueryResult<()> {
    connection.transaction(|connection| {
        let both = stock::table.find(1).select((stock::units, stock::version));
        let (units, version): (i32, i32) = both.first(connection)?;
        if units < 1 {
            return Ok(());
        }
        let unchanged = stock::table.find(1).filter(stock::version.eq(version));
        let changed = diesel::update(unchanged)
            .set((stock::units.eq(units - 1), stock::version.eq(version + 1)))
            .execute(connection)?;
        match changed {
            0 => Err(Error::RollbackTransaction),
            _ => order(connection),
        }
    })
}

/// The level is set where the connection is made: for the next transaction alone, it would be a
/// statement more.
fn serializable(connection: &mut MysqlConnection) -> QueryResult<()> {
    connection.transaction(read_check_write)
}

fn connection(url: &str, way: &str) -> QueryResult<MysqlConnection> {
    let mut connection = connect(url);
    if way == "serializable" {
        connection.batch_execute("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE")?;
    }
    Ok(connection)
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = BigInt)]
    is_right: i64,
}

/// Schedules, and how many of them are not right.
fn explored(way: &'static Way) -> (u64, u64) {
    let server = Alone::new();
    let url = server.url();
    for file in FILES {
        let sql = std::fs::read_to_string(programs().join(file)).expect("the file");
        connect(&url).batch_execute(&sql).expect("tables");
    }
    let found = Exploration::new(move || connection(&url, way.name))
        .keep_connections()
        .reset(|connection| {
            connection.batch_execute(
                "SET foreign_key_checks = 0; TRUNCATE orders; TRUNCATE stock; \
                 INSERT INTO stock VALUES (1, 1, 0); SET foreign_key_checks = 1",
            )
        })
        .session(way.purchase)
        .session(way.purchase)
        .invariant(|connection| {
            // Whoever comes second is turned away, or has failed.
            let question = "SELECT CAST(units = 0 AND (SELECT count(*) FROM orders) = 1 AS SIGNED) \
                            AS is_right FROM stock";
            let answer: Answer = diesel::sql_query(question).get_result(connection)?;
            QueryResult::Ok(answer.is_right == 1)
        })
        .explore()
        .expect("an exploration");
    (found.schedules, found.broken)
}

const WAY: &str = "LOCKBENCH_TEST_WAY";

/// Where the worker answers: its standard output is the test harness's.
const ANSWERS: &str = "/dev/fd/3";

#[test]
#[ignore = "it is a program that the next test races"]
fn diesel_shop() {
    let name = std::env::var(WAY).expect("a way to buy");
    let way = WAYS.iter().find(|way| way.name == name).expect("a way");
    let url = std::env::var("DATABASE_URL").expect("race's port");
    let mut connection = connection(&url, &name).expect("a connection");
    let answers = File::options().append(true).open(ANSWERS);
    let mut answers = answers.expect("whoever asks");
    writeln!(answers, "ready").expect("whoever asks");
    for _ in stdin().lines() {
        match (way.purchase)(&mut connection) {
            Ok(()) => writeln!(answers, "ok"),
            Err(error) => writeln!(answers, "{error}"),
        }
        .expect("whoever asks");
    }
}

fn raced(way: &str, arguments: &[&str]) -> Raced {
    let program = std::env::current_exe().expect("this program");
    let program = shell_quoted(&program.display().to_string());
    let test = common::test_name(module_path!(), "diesel_shop");
    let command = format!(
        "exec env {WAY}={way} {program} --exact --include-ignored --nocapture {test} 3>&1 >/dev/null"
    );
    let set_up = FILES.map(|file| ["--setup", file]).concat();
    let sessions = ["--worker", "--session", &command, "--session", &command];
    race(
        "mariadb",
        &[&set_up, &sessions[..], arguments].concat(),
        &[],
    )
}

#[test]
fn the_same_code_has_the_same_schedules_from_within_and_from_outside() {
    for way in &WAYS {
        let (name, known) = (way.name, way.every_statement);
        let every = raced(name, &["--every-statement"]);
        assert_eq!(explored(way), every.counts(), "{name}: {every:#?}");
        assert_eq!(every.counts(), known, "{name}: {every:#?}");
        let steps = raced(name, &[]);
        assert_eq!(steps.counts(), way.only_steps, "{name}: {steps:#?}");
    }
}
