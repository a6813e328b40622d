//! SQLite: how a connection to a file is made ready.

use std::path::Path;

use anyhow::{Context, Result, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use diesel::{
    Connection as _, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
};

/// How long a statement waits for another connection's write lock: 5 s, as Rails and Django
/// set it. SQLite's own default is not to wait at all.
const BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 5000";

#[derive(QueryableByName)]
struct BusyTimeout {
    #[diesel(sql_type = Integer)]
    timeout: i32,
}

/// How long a statement on this connection waits for another's write lock, in milliseconds.
///
/// # Errors
/// Whatever SQLite answers.
pub(super) fn busy_timeout(connection: &mut SqliteConnection) -> QueryResult<i32> {
    sql_query("SELECT timeout FROM pragma_busy_timeout")
        .get_result::<BusyTimeout>(connection)
        .map(|found| found.timeout)
}

/// Opens a connection to the database in `path`, which is made when it is not there, and sets
/// `pragmas`, as `name=value`.
///
/// # Errors
/// The folder is missing, the file is no database or may not be written.
pub(super) fn connect(path: &Path, pragmas: &[String]) -> Result<SqliteConnection> {
    let name = path
        .to_str()
        .with_context(|| format!("{} is not a path in UTF-8", path.display()))?;
    let failed = || format!("SQLite could not open {name}");
    let mut connection = SqliteConnection::establish(name).with_context(failed)?;
    connection
        .batch_execute(BUSY_TIMEOUT)
        .with_context(failed)?;
    for pragma in pragmas {
        connection
            .batch_execute(&format!("PRAGMA {pragma}"))
            .with_context(failed)?;
    }
    Ok(connection)
}

/// Readies the file itself, once, before the first ordinary connection.
///
/// A new file is put into write-ahead-log mode, in which readers and the writer do not keep
/// each other out. A database that was there keeps the journal mode its owner gave it.
///
/// # Errors
/// As for [`connect`], each with SQLite's own words.
pub(super) fn prepare(path: &Path) -> Result<()> {
    if path.is_dir() {
        bail!("{} is a folder; `sqlite:PATH` takes a file", path.display());
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        bail!(
            "the folder {} of {} does not exist",
            folder.display(),
            path.display()
        );
    }
    let is_new = std::fs::metadata(path).map_or(true, |file| file.len() == 0);
    let mut connection = connect(path, &[])?;
    let probe = if is_new {
        "PRAGMA journal_mode = WAL"
    } else {
        // Finds a file that is no database, or read-only; there BEGIN IMMEDIATE alone succeeds.
        "BEGIN IMMEDIATE; CREATE TABLE lockbench_probe (id BIGINT); ROLLBACK"
    };
    connection
        .batch_execute(probe)
        .with_context(|| format!("SQLite cannot use {}", path.display()))
}
