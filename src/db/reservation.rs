//! One lockbench at a time: two in the same tables would measure each other.

mod keeper;
mod lock_file;

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use diesel::QueryResult;

use super::{AnyConnection, Database};
use keeper::Keeper;
use lock_file::LockFile;

/// How long to wait for the right: a server may take a moment to notice that the session of a
/// lockbench which has just ended is gone.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long it takes at the most, on a machine that is not overloaded, until a lockbench whose
/// reservation another has got notices that and lets its buyers go.
pub const NOTICED_AFTER: Duration = PATIENCE.saturating_add(keeper::INTERVAL.saturating_mul(2));

/// A number that no other lockbench draws: what is marked with it is this one's.
pub fn token() -> u64 {
    // The standard library seeds it from the operating system.
    RandomState::new().hash_one(std::process::id())
}

/// The right to use lockbench's tables in a database, for as long as this value lives.
///
/// On a server it is an advisory lock, which belongs to a session. That session is this value's
/// own: a thread keeps it awake, notices when it is lost, and takes the lock again where nobody
/// else has it.
#[derive(Debug)]
pub struct Reservation {
    held: Held,
}

#[derive(Debug)]
enum Held {
    Session(Keeper),
    File { _lock: LockFile },
}

/// What is asked for, over the session that holds the lock, as often as it is kept awake. It finds
/// what the lock cannot tell: one node of a cluster does not know the others' locks (MariaDB
/// Knowledge Base, "MariaDB Galera Cluster - Known Limitations").
pub trait Watch: Send {
    /// Whether the tables are still ours.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn is_ours(&mut self, connection: &mut AnyConnection) -> QueryResult<bool>;

    /// They are not: tells the other lockbench that this one was still at work.
    fn protest(&mut self, connection: &mut AnyConnection);
}

impl Reservation {
    /// Takes the right.
    ///
    /// # Errors
    /// Another lockbench has it, or the database cannot be reached.
    pub fn take(database: &Database) -> Result<Self> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let held = match database.file() {
                Some(path) => LockFile::try_take(path)?.map(|lock| Held::File { _lock: lock }),
                None => Keeper::try_take(database)?.map(Held::Session),
            };
            if let Some(held) = held {
                return Ok(Self { held });
            }
            if Instant::now() > deadline {
                bail!(
                    "another lockbench is using {}: two at once would distort each other's results; wait until it has ended",
                    database.shown_url()
                );
            }
            thread::sleep(PATIENCE / 50);
        }
    }

    /// Has `watch` asked from now on. A file's lock cannot be lost, and is not watched.
    pub fn watch(&self, watch: Box<dyn Watch>) {
        if let Held::Session(keeper) = &self.held {
            keeper.watch(watch);
        }
    }

    /// Whether another lockbench is known to have got the right meanwhile.
    pub fn is_lost(&self) -> bool {
        match &self.held {
            Held::Session(keeper) => keeper.is_lost(),
            Held::File { .. } => false,
        }
    }

    /// Asks the server whether the right is still ours. A session that was lost is made anew
    /// first: that somebody else was there in between, this cannot tell.
    ///
    /// # Errors
    /// Another lockbench has it, or the server did not answer.
    pub fn look(&self) -> Result<()> {
        match &self.held {
            Held::Session(keeper) => keeper.look(),
            Held::File { .. } => Ok(()),
        }
    }
}
