//! One lockbench at a time: two in the same tables would measure each other.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::{AnyConnection, Database, advisory};

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
        let held = match database.file() {
            Some(path) => {
                let mut name = path.clone().into_os_string();
                name.push(".lockbench-lock");
                lock_file(PathBuf::from(name), database)?
            }
            None => {
                if !advisory::try_lock_database(connection)? {
                    return refuse(database);
                }
                Held::Session
            }
        };
        Ok(Self { _held: held })
    }
}

/// SQLite's own locks cannot say this: they end with each transaction.
fn lock_file(path: PathBuf, database: &Database) -> Result<Held> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Held::File { path, _file: file }),
        Err(TryLockError::WouldBlock) => refuse(database),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

fn refuse<T>(database: &Database) -> Result<T> {
    bail!(
        "another lockbench is at work in {}: two at once would measure each other; wait for it to end",
        database.shown_url()
    )
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Self::File { path, .. } = self {
            let _ = std::fs::remove_file(path);
        }
    }
}
