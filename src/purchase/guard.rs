//! What is held around a purchase: a lock in this process, or one in the database.
//!
//! A guard acts at three moments: around the whole purchase, after the read and before COMMIT.
//! All that it does there is here; the purchase only says when.

use std::slice;

use smallvec::SmallVec;

use crate::db::{self, AnyConnection, advisory};
use crate::model::order::Order;
use crate::model::strategy::Guard;
use crate::purchase::slots::{Held, Slots};
use crate::purchase::{AttemptError, Conflict};

/// Runs `work` while `guard` is held for `orders`: taken before the transaction begins, in the
/// order of the basket, and given back after it has ended. The guards that are mistakes do one
/// of these at another time.
///
/// # Errors
/// Those of `work`, and a lock that is not to be had.
pub fn holding<T>(
    connection: &mut AnyConnection,
    guard: Guard,
    orders: &[Order],
    slots: &Slots,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, AttemptError>,
) -> Result<T, AttemptError> {
    match guard {
        Guard::None => work(connection),
        Guard::Mutex | Guard::Semaphore => {
            let _held = take_slots(orders, slots)?;
            work(connection)
        }
        // Given back by `resign`. Asked for each time: a session that was lost leads no more.
        Guard::Leader => {
            advisory::lock(connection, advisory::TASK).map_err(AttemptError::of(connection))?;
            work(connection)
        }
        Guard::Advisory | Guard::AdvisoryNarrow | Guard::AdvisoryEarly => {
            take(connection, guard, orders)?;
            let outcome = work(connection);
            if guard != Guard::AdvisoryEarly || outcome.is_err() {
                give_back(connection, guard, orders);
            }
            outcome
        }
        Guard::AdvisoryLate => {
            let outcome = work(connection);
            give_back(connection, guard, orders);
            outcome
        }
    }
}

/// The moment after `order` has read what there is. Gives whether that must be read again: a lock
/// that is taken only now has not protected it.
///
/// # Errors
/// A lock that is not to be had.
pub fn after_the_read(
    connection: &mut AnyConnection,
    guard: Guard,
    order: &Order,
) -> Result<bool, AttemptError> {
    let takes_it_now = guard == Guard::AdvisoryLate;
    if takes_it_now {
        take(connection, guard, slice::from_ref(order))?;
    }
    Ok(takes_it_now)
}

/// The moment at which everything is done for `orders` and nothing is committed.
pub fn before_commit(connection: &mut AnyConnection, guard: Guard, orders: &[Order]) {
    if guard == Guard::AdvisoryEarly {
        give_back(connection, guard, orders);
    }
}

/// Gives back what a guard holds beyond the purchase: a leader's lead.
pub fn resign(connection: &mut AnyConnection, guard: Guard) {
    if guard == Guard::Leader && advisory::unlock_all(connection).is_err() {
        connection.mark_lost();
    }
}

fn take_slots<'a>(orders: &[Order], slots: &'a Slots) -> Result<Held<'a>, AttemptError> {
    let items: SmallVec<[i64; 1]> = orders.iter().map(|order| order.item).collect();
    let timeout = Conflict::Database(db::Conflict::LockTimeout);
    slots.take(&items).ok_or(AttemptError::Conflict(timeout))
}

/// Takes the advisory locks of all orders; those it has, it gives back where it is refused one.
///
/// # Errors
/// The database does not give one.
fn take(
    connection: &mut AnyConnection,
    guard: Guard,
    orders: &[Order],
) -> Result<(), AttemptError> {
    for (index, order) in orders.iter().enumerate() {
        if let Err(error) = advisory::lock(connection, name(guard, order)) {
            let error = AttemptError::of(connection)(error);
            give_back(connection, guard, &orders[..index]);
            return Err(error);
        }
    }
    Ok(())
}

/// Gives advisory locks back. A connection that cannot is given up: its end does it.
fn give_back(connection: &mut AnyConnection, guard: Guard, orders: &[Order]) {
    for order in orders {
        if advisory::unlock(connection, name(guard, order)).is_err() {
            connection.mark_lost();
        }
    }
}

/// What is locked: the item, or, too narrow, the order.
fn name(guard: Guard, order: &Order) -> i64 {
    match guard {
        Guard::AdvisoryNarrow => order.key,
        _ => order.item,
    }
}
