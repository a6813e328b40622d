//! The same purchase by diesel, explored from within and raced from outside: libpq's statements go
//! through the wire in the schedules that the library's own gate lets them through.

use std::fs::File;
use std::io::{Write, stdin};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Bool;
use lockbench::explore::Exploration;

use super::{Raced, race, shell_quoted, shop};
use crate::common;

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

/// What a session does, once: `explore` knows of second attempts that some can make no difference,
/// and nobody can know that who sees the wire alone.
type Purchase = fn(&mut PgConnection) -> QueryResult<()>;

/// A way to buy, and what two sessions of it come to: schedules, and those that are not right.
struct Way {
    name: &'static str,
    purchase: Purchase,
    /// Where BEGIN is a step as any other, as it is for `explore`.
    every_statement: (u64, u64),
    /// Where it is none, as `race` has it unless told otherwise. What can go wrong goes wrong
    /// in all but the two orders of one after the other.
    no_begin: (u64, u64),
    /// How many of the schedules a session fails in, in each of the two.
    failed: (u64, u64),
}

const WAYS: [Way; 7] = [
    Way {
        name: "autocommit",
        purchase: read_check_write,
        every_statement: (16, 12),
        no_begin: (16, 12),
        failed: (0, 0),
    },
    Way {
        name: "naive",
        purchase: naive,
        every_statement: (92, 80),
        no_begin: (24, 22),
        failed: (0, 0),
    },
    Way {
        name: "for-update",
        purchase: for_update,
        every_statement: (36, 0),
        no_begin: (8, 0),
        failed: (0, 0),
    },
    Way {
        name: "atomic",
        purchase: atomic,
        every_statement: (24, 0),
        no_begin: (6, 0),
        failed: (0, 0),
    },
    Way {
        name: "version",
        purchase: version,
        every_statement: (92, 0),
        no_begin: (24, 0),
        failed: (80, 22),
    },
    Way {
        name: "repeatable-read",
        purchase: repeatable_read,
        every_statement: (92, 0),
        no_begin: (24, 0),
        failed: (80, 22),
    },
    Way {
        name: "serializable",
        purchase: serializable,
        every_statement: (92, 0),
        no_begin: (24, 0),
        failed: (80, 22),
    },
];

fn units(connection: &mut PgConnection) -> QueryResult<i32> {
    stock::table.find(1).select(stock::units).first(connection)
}

fn take(connection: &mut PgConnection, left: i32) -> QueryResult<()> {
    diesel::update(stock::table.find(1))
        .set(stock::units.eq(left))
        .execute(connection)?;
    order(connection)
}

fn order(connection: &mut PgConnection) -> QueryResult<()> {
    let new = diesel::insert_into(orders::table).values(orders::item.eq(1));
    new.execute(connection).map(drop)
}

fn read_check_write(connection: &mut PgConnection) -> QueryResult<()> {
    match units(connection)? {
        ..1 => Ok(()),
        units => take(connection, units - 1),
    }
}

fn naive(connection: &mut PgConnection) -> QueryResult<()> {
    connection.transaction(read_check_write)
}

fn for_update(connection: &mut PgConnection) -> QueryResult<()> {
    connection.transaction(|connection| {
        let units = stock::table.find(1).select(stock::units).for_update();
        match units.first::<i32>(connection)? {
            ..1 => Ok(()),
            units => take(connection, units - 1),
        }
    })
}

fn atomic(connection: &mut PgConnection) -> QueryResult<()> {
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

fn version(connection: &mut PgConnection) -> QueryResult<()> {
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

fn repeatable_read(connection: &mut PgConnection) -> QueryResult<()> {
    let transaction = connection.build_transaction();
    transaction.repeatable_read().run(read_check_write)
}

fn serializable(connection: &mut PgConnection) -> QueryResult<()> {
    let transaction = connection.build_transaction();
    transaction.serializable().run(read_check_write)
}

/// A shop whose stock has a version.
fn versioned_shop() -> String {
    let url = shop();
    common::postgres(&url)
        .batch_execute("ALTER TABLE stock ADD version int NOT NULL DEFAULT 0")
        .expect("a version");
    url
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    is_right: bool,
}

/// Schedules, and how many of them are not right.
fn explored(purchase: Purchase) -> (u64, u64) {
    let url = versioned_shop();
    let found = Exploration::new(move || PgConnection::establish(&url))
        .keep_connections()
        .reset(|connection| {
            connection.batch_execute("DELETE FROM orders; UPDATE stock SET units = 1, version = 0")
        })
        .session(purchase)
        .session(purchase)
        .invariant(|connection| {
            // Whoever comes second is turned away, or has failed.
            let question =
                "SELECT units = 0 AND (SELECT count(*) FROM orders) = 1 AS is_right FROM stock";
            let answer: Answer = diesel::sql_query(question).get_result(connection)?;
            QueryResult::Ok(answer.is_right)
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
    let mut connection = PgConnection::establish(&url).expect("a connection");
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
    let all = [
        &["--worker", "--session", &command, "--session", &command],
        arguments,
    ];
    race(&versioned_shop(), &all.concat(), &[])
}

#[test]
fn the_same_code_has_the_same_schedules_from_within_and_from_outside() {
    for way in WAYS {
        let (name, known) = (way.name, way.every_statement);
        assert_eq!(explored(way.purchase), known, "{name}, explored");
        let every = raced(name, &["--every-statement"]);
        assert_eq!(every.counts(), known, "{name}, raced: {every:#?}");
        assert_eq!(every.result["failed"], way.failed.0, "{name}: {every:#?}");
        let fewer = raced(name, &[]);
        assert_eq!(fewer.counts(), way.no_begin, "{name}: {fewer:#?}");
        assert_eq!(fewer.result["failed"], way.failed.1, "{name}: {fewer:#?}");
    }
}
