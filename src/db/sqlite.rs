//! SQLite: how a connection to a file is made ready.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use diesel::{
    Connection as _, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
};

use super::address::SqliteFile;
use super::session::{self, Found, Kept};

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

/// Opens a connection to the database in `file`, and sets `pragmas`, as `name=value`. Gives what
/// of them, or of what SQLite was compiled with, lockbench does not want.
///
/// # Errors
/// The folder is missing, the file is no database or may not be written.
pub(super) fn connect(
    file: &SqliteFile,
    pragmas: &[String],
    kept: &Kept,
) -> Result<(SqliteConnection, Vec<Found>)> {
    let failed = || format!("SQLite could not open {}", file.path().display());
    let path = file.path();
    // To read a database in write-ahead-log mode that nobody has open would make files beside it,
    // and leave them. Where nobody has it open, nobody writes either
    // (<https://sqlite.org/wal.html#read_only_databases>).
    let at_rest = is_in_wal_mode(path) && !beside(path, "-wal").exists();
    let uri = file.uri(file.is_read_only() && at_rest);
    let mut connection = SqliteConnection::establish(&uri).with_context(failed)?;
    connection
        .batch_execute(BUSY_TIMEOUT)
        .with_context(failed)?;
    for pragma in pragmas {
        connection
            .batch_execute(&format!("PRAGMA {pragma}"))
            .with_context(failed)?;
    }
    let found = session::sqlite::make_ready(&mut connection, kept).with_context(failed)?;
    Ok((connection, found))
}

/// Whether the database keeps a write-ahead log
/// (<https://sqlite.org/fileformat2.html#file_format_version_numbers>).
fn is_in_wal_mode(path: &Path) -> bool {
    let mut header = [0; 20];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header[18..] == [2, 2]
}

/// The file that SQLite keeps beside a database.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Readies the file itself, once, before the first ordinary connection.
///
/// A new file is put into write-ahead-log mode, in which readers and the writer do not keep
/// each other out. A database that was there keeps the journal mode its owner gave it.
///
/// # Errors
/// The file is not the one that is meant, as far as can be told, or as for [`connect`], each with
/// SQLite's own words.
pub(super) fn prepare(file: &SqliteFile) -> Result<()> {
    let path = file.path();
    refuse_another(file)?;
    if path.is_dir() {
        bail!("{} is a folder; `sqlite:PATH` needs a file", path.display());
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let hint = match file.other_reading() {
            Some(_) => {
                "; three slashes begin a path from the current folder, four a path from the root"
            }
            None => "",
        };
        bail!(
            "the folder {} of {} does not exist{hint}",
            folder.display(),
            path.display()
        );
    }
    if !file.may_be_made() && !path.exists() {
        bail!(
            "there is no file {}, and its address forbids creating it",
            path.display()
        );
    }
    let probe = if file.is_read_only() {
        let [log, index] = ["-wal", "-shm"].map(|suffix| beside(path, suffix).exists());
        if is_in_wal_mode(path) && log && !index {
            bail!(
                "{} was not closed cleanly: SQLite must first write its write-ahead log back, and mode=ro forbids that",
                path.display()
            );
        }
        "SELECT count(*) FROM sqlite_schema"
    } else if std::fs::metadata(path).map_or(true, |file| file.len() == 0) {
        "PRAGMA journal_mode = WAL"
    } else {
        // Finds a file that is no database, or read-only; there BEGIN IMMEDIATE alone succeeds.
        "BEGIN IMMEDIATE; CREATE TABLE lockbench_probe (id BIGINT); ROLLBACK"
    };
    let (mut connection, _) = connect(file, &[], &Kept::default())?;
    connection
        .batch_execute(probe)
        .with_context(|| format!("SQLite cannot use {}", path.display()))
}

/// Refuses three slashes where they may stand for either of two files.
fn refuse_another(file: &SqliteFile) -> Result<()> {
    match file.other_reading() {
        Some(other) if other.exists() && !is_same(other, file.path()) => bail!(
            "three slashes may mean {0} (SQLAlchemy) or {1} (sqlx), and {1} exists: write sqlite:{0} or sqlite:{1}",
            file.path().display(),
            other.display()
        ),
        _ => Ok(()),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
