//! What is held around a whole purchase: a lock in this process, or one in the database.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use crate::db::{AnyConnection, advisory};
use crate::order::Order;
use crate::purchase::Setback;
use crate::strategy::Guard;

/// The locks in this process: one for each item.
#[derive(Debug)]
pub struct Mutexes {
    mutexes: Vec<Mutex<()>>,
    usher: Option<Arc<dyn Usher>>,
}

/// Takes part in the waiting, for whoever has to see who waits for whom.
pub trait Usher: fmt::Debug + Send + Sync {
    /// Calls `try_take` until it succeeds, at moments of its own choosing.
    fn wait(&self, item: i64, try_take: &mut dyn FnMut() -> bool);

    /// The lock of `item` has been given back.
    fn given_back(&self, item: i64);
}

/// A lock that is held, until it is dropped.
struct Held<'a> {
    guard: Option<MutexGuard<'a, ()>>,
    usher: Option<&'a dyn Usher>,
    item: i64,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        drop(self.guard.take());
        if let Some(usher) = self.usher {
            usher.given_back(self.item);
        }
    }
}

impl Mutexes {
    /// One lock for each of items 1 to `count`, where the guard needs them.
    pub fn new(guard: Guard, count: i64) -> Self {
        let count = match guard {
            Guard::Mutex => usize::try_from(count).unwrap_or(0),
            _ => 0,
        };
        Self {
            mutexes: (0..count).map(|_| Mutex::new(())).collect(),
            usher: None,
        }
    }

    /// The same with somebody who sees to the waiting.
    #[must_use]
    pub fn ushered(self, usher: Arc<dyn Usher>) -> Self {
        Self {
            usher: Some(usher),
            ..self
        }
    }

    fn of(&self, item: i64) -> Option<&Mutex<()>> {
        let index = usize::try_from(item - 1).ok()?;
        self.mutexes.get(index)
    }

    /// Waits for the lock of `item`.
    fn lock(&self, item: i64) -> Option<Held<'_>> {
        let mutex = self.of(item)?;
        let usher = self.usher.as_deref();
        let mut guard = None;
        if let Some(usher) = usher {
            usher.wait(item, &mut || {
                guard = match mutex.try_lock() {
                    Ok(guard) => Some(guard),
                    Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
                    Err(TryLockError::WouldBlock) => None,
                };
                guard.is_some()
            });
        }
        // A buyer that panicked has left nothing half done in here: the lock holds no data.
        let guard = guard.unwrap_or_else(|| mutex.lock().unwrap_or_else(PoisonError::into_inner));
        Some(Held {
            guard: Some(guard),
            usher,
            item,
        })
    }
}

/// Runs `work` while `guard` is held for `order`: taken before the transaction begins, given
/// back after it has ended. The guards that are mistakes do one of these at another time.
///
/// # Errors
/// Those of `work`, and a database that does not give the lock.
pub fn holding<T>(
    connection: &mut AnyConnection,
    guard: Guard,
    order: &Order,
    mutexes: &Mutexes,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, Setback>,
) -> Result<T, Setback> {
    match guard {
        Guard::None => work(connection),
        Guard::Mutex => {
            let _held = mutexes.lock(order.item);
            work(connection)
        }
        Guard::Advisory | Guard::AdvisoryNarrow | Guard::AdvisoryEarly => {
            take(connection, guard, order)?;
            let outcome = work(connection);
            if guard != Guard::AdvisoryEarly || outcome.is_err() {
                give_back(connection, guard, order);
            }
            outcome
        }
        Guard::AdvisoryLate => {
            let outcome = work(connection);
            give_back(connection, guard, order);
            outcome
        }
    }
}

/// Takes an advisory lock.
///
/// # Errors
/// The database does not give it.
pub(crate) fn take(
    connection: &mut AnyConnection,
    guard: Guard,
    order: &Order,
) -> Result<(), Setback> {
    advisory::lock(connection, name(guard, order)).map_err(Setback::of(connection))
}

/// Gives an advisory lock back. A connection that cannot is given up: its end does it.
pub(crate) fn give_back(connection: &mut AnyConnection, guard: Guard, order: &Order) {
    if advisory::unlock(connection, name(guard, order)).is_err() {
        connection.mark_lost();
    }
}

/// What is locked: the item, or, too narrow, the order.
fn name(guard: Guard, order: &Order) -> i64 {
    match guard {
        Guard::AdvisoryNarrow => order.key,
        _ => order.item,
    }
}
