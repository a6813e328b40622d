//! Emptying a table of ours.

use diesel::QueryResult;
use diesel::connection::SimpleConnection;

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

/// Whether rows that were deleted stay behind as marks that change what later statements lock:
/// InnoDB locks the gaps between them until its purge comes along.
pub fn marks_what_was_deleted(backend: Backend) -> bool {
    backend == Backend::Mysql
}
