//! One lockbench at a time: two in the same tables would measure each other.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{AnyConnection, Database, advisory};

/// How long to wait for the right: a server may take a moment to notice that the session of a
/// lockbench which has just ended is gone.
const PATIENCE: Duration = Duration::from_secs(1);

/// The right to use lockbench's tables in a database, for as long as this value lives.
#[derive(Debug)]
pub struct Reservation {
    _held: Held,
}

#[derive(Debug)]
enum Held {
    /// A lock of the server's, held by the session it was asked from.
    Session,
    File {
        path: PathBuf,
        _file: File,
    },
}

impl Reservation {
    /// Takes the right. On a server it belongs to the session of `connection`.
    ///
    /// # Errors
    /// Another lockbench has it.
    pub fn take(database: &Database, connection: &mut AnyConnection) -> Result<Self> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(held) = try_take(database, connection)? {
                return Ok(Self { _held: held });
            }
            if Instant::now() > deadline {
                bail!(
                    "another lockbench is at work in {}: two at once would measure each other; wait for it to end",
                    database.shown_url()
                );
            }
            thread::sleep(PATIENCE / 50);
        }
    }
}

fn try_take(database: &Database, connection: &mut AnyConnection) -> Result<Option<Held>> {
    match database.file() {
        Some(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".lockbench-lock");
            try_lock_file(PathBuf::from(name))
        }
        None => Ok(advisory::try_lock_database(connection)?.then_some(Held::Session)),
    }
}

/// SQLite's own locks cannot say this: they end with each transaction.
fn try_lock_file(path: PathBuf) -> Result<Option<Held>> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Held::File { path, _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Self::File { path, .. } = self {
            let _ = std::fs::remove_file(path);
        }
    }
}
