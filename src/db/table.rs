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

/// Whether rows that were deleted stay behind as marks that change what later statements lock:
/// InnoDB locks the gaps between them until its purge comes along.
pub fn marks_what_was_deleted(backend: Backend) -> bool {
    backend == Backend::Mysql
}
