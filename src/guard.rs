//! What is held around a whole purchase: a lock in this process, or one in the database.

use std::sync::{Mutex, PoisonError};

use crate::db::{AnyConnection, advisory};
use crate::purchase::Setback;
use crate::strategy::Guard;

/// The locks in this process: one for each item.
#[derive(Debug)]
pub struct Mutexes(Vec<Mutex<()>>);

impl Mutexes {
    /// One lock for each of items 1 to `count`, where the guard needs them.
    pub fn new(guard: Guard, count: i64) -> Self {
        let count = match guard {
            Guard::Mutex => usize::try_from(count).unwrap_or(0),
            Guard::None | Guard::Advisory => 0,
        };
        Self((0..count).map(|_| Mutex::new(())).collect())
    }

    fn of(&self, item: i64) -> Option<&Mutex<()>> {
        let index = usize::try_from(item - 1).ok()?;
        self.0.get(index)
    }
}

/// Runs `work` while `guard` is held on `item`: taken before the transaction begins, given
/// back after it has ended.
///
/// # Errors
/// Those of `work`, and a database that does not give the lock.
pub fn holding<T>(
    connection: &mut AnyConnection,
    guard: Guard,
    item: i64,
    mutexes: &Mutexes,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, Setback>,
) -> Result<T, Setback> {
    match guard {
        Guard::None => work(connection),
        Guard::Mutex => {
            // A buyer that panicked has left nothing half done in here: the lock holds no data.
            let _held = mutexes
                .of(item)
                .map(|mutex| mutex.lock().unwrap_or_else(PoisonError::into_inner));
            work(connection)
        }
        Guard::Advisory => {
            advisory::lock(connection, item).map_err(Setback::of(connection))?;
            let outcome = work(connection);
            if advisory::unlock(connection, item).is_err() {
                // Its end gives the lock back.
                connection.mark_lost();
            }
            outcome
        }
    }
}
