//! What is held around a whole purchase: a lock in this process, or one in the database.

use smallvec::SmallVec;

use crate::db::{self, AnyConnection, advisory};
use crate::order::Order;
use crate::purchase::{Conflict, Setback};
use crate::slots::{Held, Slots};
use crate::strategy::Guard;

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
    work: impl FnOnce(&mut AnyConnection) -> Result<T, Setback>,
) -> Result<T, Setback> {
    match guard {
        Guard::None => work(connection),
        Guard::Mutex | Guard::Semaphore => {
            let _held = take_slots(orders, slots)?;
            work(connection)
        }
        // Given back by `resign`. Asked for each time: a session that was lost leads no more.
        Guard::Leader => {
            advisory::lock(connection, advisory::TASK).map_err(Setback::of(connection))?;
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

/// Gives back what a guard holds beyond the purchase: a leader's lead.
pub fn resign(connection: &mut AnyConnection, guard: Guard) {
    if guard == Guard::Leader && advisory::unlock_all(connection).is_err() {
        connection.mark_lost();
    }
}

fn take_slots<'a>(orders: &[Order], slots: &'a Slots) -> Result<Held<'a>, Setback> {
    let items: SmallVec<[i64; 1]> = orders.iter().map(|order| order.item).collect();
    let timeout = Conflict::Database(db::Conflict::LockTimeout);
    slots.take(&items).ok_or(Setback::Conflict(timeout))
}

/// Takes the advisory locks of all orders; those it has, it gives back where it is refused one.
///
/// # Errors
/// The database does not give one.
pub(crate) fn take(
    connection: &mut AnyConnection,
    guard: Guard,
    orders: &[Order],
) -> Result<(), Setback> {
    for (index, order) in orders.iter().enumerate() {
        if let Err(error) = advisory::lock(connection, name(guard, order)) {
            let setback = Setback::of(connection)(error);
            give_back(connection, guard, &orders[..index]);
            return Err(setback);
        }
    }
    Ok(())
}

/// Gives advisory locks back. A connection that cannot is given up: its end does it.
pub(crate) fn give_back(connection: &mut AnyConnection, guard: Guard, orders: &[Order]) {
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
