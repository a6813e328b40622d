//! Emptying a table of ours.

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::{AnyConnection, Backend};

/// Removes every row of `table`, leaving as little as possible behind for the next run:
/// rows that a DELETE leaves to be cleaned up later would slow it down.
///
/// # Errors
/// Whatever the database answers.
pub fn empty(connection: &mut AnyConnection, table: &str) -> QueryResult<()> {
    let (verb, end) = match connection.backend() {
        // SQLite has no TRUNCATE: a DELETE without WHERE is its own fast path.
        Backend::Sqlite => ("DELETE FROM", ""),
        // What InnoDB does by itself: numbers that the database gives begin with 1 again.
        Backend::Postgres => ("TRUNCATE TABLE", "RESTART IDENTITY"),
        Backend::Mysql => ("TRUNCATE TABLE", ""),
    };
    connection.batch_execute(&format!("{verb} {table} {end}"))
}

/// Does all of `work` in one transaction, where emptying a table can be a part of one: each commit
/// waits for the disk. MariaDB and MySQL commit with each TRUNCATE
/// (<https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/>).
///
/// # Errors
/// Whatever `work` or the commit fails with.
pub fn together(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> QueryResult<()>,
) -> QueryResult<()> {
    match connection.backend() {
        Backend::Mysql => work(connection),
        Backend::Sqlite | Backend::Postgres => connection.transaction(work),
    }
}

/// Fills `columns`, as in `table (number, value)`, with rows that count from 1 to `count` and all
/// have the same `value`. The rows are made where they are kept: nothing that is sent, and be
/// it by COPY, is as fast.
///
/// # Errors
/// Whatever the database answers.
pub fn fill(
    connection: &mut AnyConnection,
    columns: &str,
    count: i64,
    value: i64,
) -> QueryResult<()> {
    match connection.backend() {
        Backend::Sqlite => connection.batch_execute(&format!(
            "INSERT INTO {columns} WITH RECURSIVE counted (n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count}) \
             SELECT n, {value} FROM counted"
        )),
        Backend::Postgres => connection.batch_execute(&format!(
            "INSERT INTO {columns} SELECT n, {value} FROM generate_series(1, {count}) AS n"
        )),
        Backend::Mysql => fill_by_doubling(connection, columns, count, value),
    }
}

#[derive(QueryableByName)]
struct Totals {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many rows `table` has, and the sum of their `column`, whose type differs: a sum of BIGINTs
/// is a NUMERIC or a DECIMAL on the servers.
///
/// # Errors
/// Whatever the database answers.
pub fn count_and_sum(
    connection: &mut AnyConnection,
    table: &str,
    column: &str,
) -> QueryResult<(i64, i64)> {
    let whole = match connection.backend() {
        Backend::Sqlite | Backend::Postgres => "BIGINT",
        Backend::Mysql => "SIGNED",
    };
    let question = format!(
        "SELECT COUNT(*) AS number, CAST(COALESCE(SUM({column}), 0) AS {whole}) AS total FROM {table}"
    );
    sql_query(question)
        .get_result::<Totals>(connection)
        .map(|totals| (totals.number, totals.total))
}

/// MariaDB and MySQL count no further than 1,000 by recursion, by default, and MariaDB then
/// stops without a word. Each statement here adds as many rows as there are.
fn fill_by_doubling(
    connection: &mut AnyConnection,
    columns: &str,
    count: i64,
    value: i64,
) -> QueryResult<()> {
    let (table, number) = columns.split_once(" (").unwrap_or((columns, "id"));
    let number = number.split_once(',').map_or(number, |(first, _)| first);
    connection.batch_execute(&format!("INSERT INTO {columns} VALUES (1, {value})"))?;
    let mut there = 1;
    while there < count {
        let more = there.min(count - there);
        connection.batch_execute(&format!(
            "INSERT INTO {columns} SELECT {number} + {there}, {value} FROM {table} \
             WHERE {number} <= {more} ORDER BY {number}"
        ))?;
        there += more;
    }
    Ok(())
}

/// Has a temporary table of these `columns` stand before `table` in this session alone: whoever
/// names `table` there means the temporary one, for as long as the session lives (PostgreSQL,
/// CREATE TABLE; MariaDB, CREATE TABLE, "CREATE TEMPORARY TABLE"; SQLite, "Database Object Name
/// Resolution").
///
/// # Errors
/// The database does not let us.
pub fn shadow(connection: &mut AnyConnection, table: &str, columns: &str) -> QueryResult<()> {
    connection.batch_execute(&format!("CREATE TEMPORARY TABLE {table} ({columns})"))
}

/// Whether rows that were deleted stay behind as marks that change what later statements lock:
/// InnoDB locks the gaps between them until its purge comes along.
pub fn marks_what_was_deleted(backend: Backend) -> bool {
    backend == Backend::Mysql
}
