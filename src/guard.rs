//! What is held around a whole purchase: a lock in this process, or one in the database.

use std::sync::{Mutex, PoisonError};

use crate::db::{AnyConnection, advisory};
use crate::order::Order;
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
            _ => 0,
        };
        Self((0..count).map(|_| Mutex::new(())).collect())
    }

    fn of(&self, item: i64) -> Option<&Mutex<()>> {
        let index = usize::try_from(item - 1).ok()?;
        self.0.get(index)
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
            // A buyer that panicked has left nothing half done in here: the lock holds no data.
            let _held = mutexes
                .of(order.item)
                .map(|mutex| mutex.lock().unwrap_or_else(PoisonError::into_inner));
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
