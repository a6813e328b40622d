//! What an independent scheduler, which walked every schedule by brute force, counted for code as
//! it is often written: the explorer counts the same.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, QueryResult, QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::{AnyConnection, Backend};
use lockbench::explore::Exploration;

use crate::common;

/// A session: what it sends over its connection, and which number it has.
type Work = fn(&mut AnyConnection, i64) -> QueryResult<()>;

/// A piece of code in two or three sessions, and what every schedule of them shows.
struct Case {
    name: &'static str,
    tables: &'static str,
    /// What each schedule begins with.
    rows: &'static str,
    sessions: &'static [Work],
    /// A query that counts something, and what it counts where nothing is wrong.
    right: (&'static str, i64),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(connection: &mut AnyConnection, query: &str) -> QueryResult<i64> {
    sql_query(query)
        .get_result::<Number>(connection)
        .map(|found| found.number)
}

fn numbers(connection: &mut AnyConnection, query: &str) -> QueryResult<Vec<i64>> {
    let found: Vec<Number> = sql_query(query).load(connection)?;
    Ok(found.iter().map(|found| found.number).collect())
}

/// A transaction as it is written by hand: COMMIT, or ROLLBACK where a statement was refused.
fn transaction(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> QueryResult<()>,
) -> QueryResult<()> {
    connection.batch_execute("BEGIN")?;
    match work(connection) {
        Ok(()) => connection.batch_execute("COMMIT"),
        Err(error) => {
            connection.batch_execute("ROLLBACK")?;
            Err(error)
        }
    }
}

fn connect(url: &str, backend: Backend, level: &str) -> AnyConnection {
    match backend {
        Backend::Postgres => {
            let mut connection = common::postgres(url);
            connection
                .batch_execute(&format!("SET default_transaction_isolation = '{level}'"))
                .expect("a level");
            AnyConnection::Postgres(connection)
        }
        #[cfg(feature = "mysql")]
        Backend::Mysql => {
            let mut connection =
                diesel::MysqlConnection::establish(url).expect("the test's server");
            connection
                .batch_execute(&format!("SET SESSION TRANSACTION ISOLATION LEVEL {level}"))
                .expect("a level");
            AnyConnection::Mysql(connection)
        }
        _ => panic!("not on {backend}"),
    }
}

/// Schedules that end wrong, all of them, and those with a deadlock.
fn count(case: &Case, backend: Backend, level: &'static str) -> (u64, u64, u64) {
    let database = common::Alone::new(backend);
    let url = database.shown_url();
    connect(&url, backend, level)
        .batch_execute(case.tables)
        .expect("tables");
    let (rows, right) = (case.rows, case.right);
    let mut exploration = Exploration::new(move || Ok::<_, String>(connect(&url, backend, level)))
        .keep_connections()
        .reset(move |connection: &mut AnyConnection| connection.batch_execute(rows))
        .invariant(move |connection: &mut AnyConnection| {
            number(connection, right.0).map(|found| found == right.1)
        })
        .patience(Duration::from_secs(30));
    for (index, work) in case.sessions.iter().enumerate() {
        exploration = exploration.session(move |connection| work(connection, index as i64 + 1));
    }
    let found = exploration.explore().expect("an exploration");
    assert_eq!(found.cut, 0, "{}: {found}", case.name);
    assert_eq!(found.stray_broken, 0, "{}: {found}", case.name);
    (found.broken, found.schedules, found.deadlocked)
}

/// Books the room if nobody has, with a lock on the row that is not there yet.
fn book(connection: &mut AnyConnection, me: i64) -> QueryResult<()> {
    transaction(connection, |connection| {
        let taken = "SELECT guest AS number FROM bookings WHERE room = 1 FOR UPDATE";
        if numbers(connection, taken)?.is_empty() {
            connection.batch_execute(&format!("INSERT INTO bookings VALUES (1, {me})"))?;
        }
        Ok(())
    })
}

/// Goes off call if another doctor stays.
fn go_off_call(connection: &mut AnyConnection, me: i64) -> QueryResult<()> {
    transaction(connection, |connection| {
        let on_call = "SELECT count(*) AS number FROM doctors WHERE on_call = 1";
        if number(connection, on_call)? > 1 {
            connection.batch_execute(&format!("UPDATE doctors SET on_call = 0 WHERE id = {me}"))?;
        }
        Ok(())
    })
}

/// Gives an invoice the number after the last one.
fn next_number(connection: &mut AnyConnection, me: i64) -> QueryResult<()> {
    transaction(connection, |connection| {
        let last = "SELECT coalesce(max(number), 0) AS number FROM invoices";
        let next = number(connection, last)? + 1;
        connection.batch_execute(&format!("INSERT INTO invoices VALUES ({next}, {me})"))
    })
}

/// Changes one of two columns and saves both, as an object mapper does that does not know which
/// was changed.
fn save_all_columns(connection: &mut AnyConnection, me: i64) -> QueryResult<()> {
    let person = "SELECT name * 10 + city AS number FROM people";
    let (name, city) = match (number(connection, person)?, me) {
        (person, 1) => (1, person % 10),
        (person, _) => (person / 10, 1),
    };
    connection.batch_execute(&format!("UPDATE people SET name = {name}, city = {city}"))
}

/// Buys one of three, with the version compared in the program.
fn version_in_the_program(connection: &mut AnyConnection, _: i64) -> QueryResult<()> {
    transaction(connection, |connection| {
        let version = number(connection, "SELECT version AS number FROM pages")?;
        if version != 0 {
            return Ok(());
        }
        connection.batch_execute("UPDATE pages SET version = 1, saved = saved + 1")
    })
}

/// The same with the version, which was read before, in the UPDATE.
fn version_in_the_update(connection: &mut AnyConnection, _: i64) -> QueryResult<()> {
    transaction(connection, |connection| {
        connection
            .batch_execute("UPDATE pages SET version = 1, saved = saved + 1 WHERE version = 0")
    })
}

/// Locks the row, and then reads it from a snapshot that is older than the lock.
fn old_snapshot(connection: &mut AnyConnection, _: i64) -> QueryResult<()> {
    transaction(connection, |connection| {
        number(connection, "SELECT count(*) AS number FROM customers")?;
        number(connection, "SELECT id AS number FROM items FOR UPDATE")?;
        let stock = number(connection, "SELECT stock AS number FROM items")?;
        connection.batch_execute(&format!("UPDATE items SET stock = {}", stock - 1))
    })
}

/// Writes a comment, which locks its post for as long as the foreign key needs that, and counts
/// it.
fn comment(connection: &mut AnyConnection, lock: &str) -> QueryResult<()> {
    transaction(connection, |connection| {
        connection.batch_execute("INSERT INTO comments VALUES (1)")?;
        number(
            connection,
            &format!("SELECT id AS number FROM posts WHERE id = 1 FOR {lock}"),
        )?;
        connection.batch_execute("UPDATE posts SET comments = comments + 1 WHERE id = 1")
    })
}

fn comment_for_update(connection: &mut AnyConnection, _: i64) -> QueryResult<()> {
    comment(connection, "UPDATE")
}

fn comment_for_no_key_update(connection: &mut AnyConnection, _: i64) -> QueryResult<()> {
    comment(connection, "NO KEY UPDATE")
}

/// Takes the next job; which one that is, it decides before it waits for whoever takes it.
fn take_a_job(connection: &mut AnyConnection, me: i64) -> QueryResult<()> {
    transaction(connection, |connection| {
        connection.batch_execute(&format!(
            "UPDATE jobs SET taken_by = {me} WHERE id = \
             (SELECT id FROM jobs WHERE taken_by = 0 ORDER BY id LIMIT 1)"
        ))
    })
}

fn pay_both(connection: &mut AnyConnection, accounts: [i64; 2]) -> QueryResult<()> {
    transaction(connection, |connection| {
        accounts.iter().try_for_each(|id| {
            let pay = format!("UPDATE accounts SET balance = balance + 1 WHERE id = {id}");
            connection.batch_execute(&pay)
        })
    })
}

/// A ring of two: each begins where the other ends.
fn ring_of_two(connection: &mut AnyConnection, me: i64) -> QueryResult<()> {
    pay_both(connection, if me == 1 { [1, 2] } else { [2, 1] })
}

/// A ring of three, each of which locks the lower number first.
fn ordered_ring(connection: &mut AnyConnection, me: i64) -> QueryResult<()> {
    pay_both(connection, [[1, 2], [2, 3], [1, 3]][me as usize - 1])
}

const BOOKINGS: Case = Case {
    name: "FOR UPDATE on no row",
    tables: "CREATE TABLE bookings (room INT, guest BIGINT)",
    rows: "TRUNCATE TABLE bookings",
    sessions: &[book, book],
    right: ("SELECT count(*) AS number FROM bookings", 1),
};

const SNAPSHOT: Case = Case {
    name: "a snapshot older than the lock",
    tables: "CREATE TABLE customers (id BIGINT PRIMARY KEY); \
             CREATE TABLE items (id BIGINT PRIMARY KEY, stock BIGINT)",
    rows: "TRUNCATE TABLE items; INSERT INTO items VALUES (1, 2)",
    sessions: &[old_snapshot, old_snapshot],
    right: ("SELECT stock AS number FROM items", 0),
};

const IN_THE_PROGRAM: Case = Case {
    name: "the version compared in the program",
    tables: "CREATE TABLE pages (id BIGINT PRIMARY KEY, version BIGINT, saved BIGINT)",
    rows: "TRUNCATE TABLE pages; INSERT INTO pages VALUES (1, 0, 0)",
    sessions: &[version_in_the_program, version_in_the_program],
    right: ("SELECT saved AS number FROM pages", 1),
};

const IN_THE_UPDATE: Case = Case {
    name: "the version compared in the UPDATE",
    sessions: &[version_in_the_update, version_in_the_update],
    ..IN_THE_PROGRAM
};

const SAVE: Case = Case {
    name: "all columns saved",
    tables: "CREATE TABLE people (id BIGINT PRIMARY KEY, name BIGINT, city BIGINT)",
    rows: "TRUNCATE TABLE people; INSERT INTO people VALUES (1, 0, 0)",
    sessions: &[save_all_columns, save_all_columns],
    right: ("SELECT name + city AS number FROM people", 2),
};

const COMMENT: Case = Case {
    name: "a child, then FOR UPDATE on its parent",
    tables: "CREATE TABLE posts (id BIGINT PRIMARY KEY, comments BIGINT); \
             CREATE TABLE comments (post BIGINT REFERENCES posts (id))",
    rows: "TRUNCATE TABLE comments, posts; INSERT INTO posts VALUES (1, 0)",
    sessions: &[comment_for_update, comment_for_update],
    right: (
        "SELECT count(*) AS number FROM posts \
         WHERE comments <> (SELECT count(*) FROM comments)",
        0,
    ),
};

const COMMENT_NO_KEY: Case = Case {
    name: "a child, then FOR NO KEY UPDATE on its parent",
    sessions: &[comment_for_no_key_update, comment_for_no_key_update],
    ..COMMENT
};

const ON_CALL: Case = Case {
    name: "write skew",
    tables: "CREATE TABLE doctors (id BIGINT PRIMARY KEY, on_call BIGINT)",
    rows: "TRUNCATE TABLE doctors; INSERT INTO doctors VALUES (1, 1), (2, 1)",
    sessions: &[go_off_call, go_off_call],
    right: (
        "SELECT count(*) AS number FROM doctors WHERE on_call = 1",
        1,
    ),
};

const NEXT_NUMBER: Case = Case {
    name: "MAX + 1",
    tables: "CREATE TABLE invoices (number BIGINT, who BIGINT)",
    rows: "TRUNCATE TABLE invoices",
    sessions: &[next_number, next_number],
    right: ("SELECT count(DISTINCT number) AS number FROM invoices", 2),
};

const QUEUE: Case = Case {
    name: "a queue without SKIP LOCKED",
    tables: "CREATE TABLE jobs (id BIGINT PRIMARY KEY, taken_by BIGINT)",
    rows: "TRUNCATE TABLE jobs; INSERT INTO jobs VALUES (1, 0), (2, 0)",
    sessions: &[take_a_job, take_a_job],
    right: ("SELECT count(*) AS number FROM jobs WHERE taken_by > 0", 2),
};

const RING: Case = Case {
    name: "a ring of two",
    tables: "CREATE TABLE accounts (id BIGINT PRIMARY KEY, balance BIGINT)",
    rows: "TRUNCATE TABLE accounts; INSERT INTO accounts VALUES (1, 0), (2, 0), (3, 0)",
    sessions: &[ring_of_two, ring_of_two],
    // A victim has paid nothing.
    right: (
        "SELECT count(*) AS number FROM accounts WHERE balance < 0",
        0,
    ),
};

const ORDERED_RING: Case = Case {
    name: "an ordered ring of three",
    sessions: &[ordered_ring, ordered_ring, ordered_ring],
    right: (
        "SELECT count(*) AS number FROM accounts WHERE balance = 2",
        3,
    ),
    ..RING
};

const READ_COMMITTED: &str = "read committed";
const REPEATABLE_READ: &str = "repeatable read";
const SERIALIZABLE: &str = "serializable";

/// Counts each case at its level, and holds that against what was counted before.
fn assert_counts(backend: Backend, cases: &[(Case, &'static str, (u64, u64, u64))]) {
    let mut wrong = Vec::new();
    for (case, level, counted) in cases {
        let found = count(case, backend, level);
        if found != *counted {
            wrong.push(format!(
                "{} at {level}: {found:?}, not {counted:?}",
                case.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{backend}:\n{}", wrong.join("\n"));
}

#[test]
fn two_sessions_on_postgres_count_as_by_brute_force() {
    assert_counts(
        Backend::Postgres,
        &[
            (BOOKINGS, READ_COMMITTED, (60, 70, 0)),
            (BOOKINGS, REPEATABLE_READ, (60, 70, 0)),
            (IN_THE_PROGRAM, READ_COMMITTED, (40, 50, 0)),
            (IN_THE_UPDATE, READ_COMMITTED, (0, 14, 0)),
            (SAVE, READ_COMMITTED, (4, 6, 0)),
            (COMMENT, READ_COMMITTED, (0, 66, 36)),
            (COMMENT_NO_KEY, READ_COMMITTED, (0, 92, 0)),
            (ON_CALL, READ_COMMITTED, (60, 70, 0)),
            (ON_CALL, REPEATABLE_READ, (60, 70, 0)),
            (ON_CALL, SERIALIZABLE, (0, 70, 0)),
            (NEXT_NUMBER, READ_COMMITTED, (60, 70, 0)),
            (QUEUE, READ_COMMITTED, (6, 14, 0)),
            (RING, READ_COMMITTED, (0, 42, 24)),
        ],
    );
}

#[test]
fn a_ring_of_three_that_locks_in_order_never_deadlocks() {
    assert_counts(
        Backend::Postgres,
        &[(ORDERED_RING, READ_COMMITTED, (0, 5_493, 0))],
    );
}

#[cfg(feature = "mysql")]
#[test]
fn two_sessions_on_mariadb_count_as_by_brute_force() {
    assert_counts(
        Backend::Mysql,
        &[
            (BOOKINGS, READ_COMMITTED, (36, 54, 0)),
            (BOOKINGS, REPEATABLE_READ, (0, 42, 24)),
            (SNAPSHOT, REPEATABLE_READ, (134, 148, 0)),
            (SAVE, READ_COMMITTED, (4, 6, 0)),
            (ON_CALL, SERIALIZABLE, (0, 42, 24)),
            (RING, READ_COMMITTED, (0, 42, 24)),
        ],
    );
}
