//! An item whose units are one number in one row: how it is read, and how it is taken from.

use diesel::result::Error;

use super::{Answer, AttemptError, Conflict, PurchaseContext, StatementResult};
use crate::db::{AnyConnection, RowLock, transaction};
use crate::model::order::Order;
use crate::model::strategy::{Plan, Read, Write};
use crate::tables::item::{self, Item};
use crate::tables::ledger;

/// How much is left by the item's row, if the plan looks at all.
pub(super) fn look(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
) -> Result<Option<Item>, AttemptError> {
    let Plan { read, .. } = context.plan;
    let found = match read {
        Read::None => return Ok(None),
        Read::CountSold => return count_sold(connection, context, order).map(Some),
        Read::BeforeLock => {
            let believed = read_row(connection, context, order, None)?;
            read_row(connection, context, order, read.row_lock())?;
            believed
        }
        _ => read_row(connection, context, order, read.row_lock())?,
    };
    match (found, read) {
        (Some(item), _) => Ok(Some(item)),
        // No item is ever removed: no row means that somebody has it locked. Whoever takes
        // that for "sold out" turns buyers away while there is stock.
        (None, Read::SkippedIsSoldOut) if !order.is_restock() => Ok(Some(Item::EMPTY)),
        (None, Read::SkipLocked | Read::SkippedIsSoldOut) => {
            Err(AttemptError::Conflict(Conflict::RowSkipped))
        }
        (None, _) => Err(AttemptError::Failed(Error::NotFound)),
    }
}

/// The item's row, locked with `lock`.
fn read_row(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
    lock: Option<RowLock>,
) -> Result<Option<Item>, AttemptError> {
    let read = |connection: &mut AnyConnection| {
        item::read(connection, order.item, lock)
            .inspect(|found| (context.watch)(StatementResult::Item(*found)))
    };
    match context.plan.isolation.level() {
        Some(_) => read(connection),
        None => transaction::around_lone_read(connection, lock, read),
    }
    .map_err(AttemptError::of(connection))
    .map_err(|error| error.of_read(lock))
}

/// What must be left by what the ledger says was sold.
fn count_sold(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
) -> Result<Item, AttemptError> {
    let moved = ledger::moved(connection, order.item).map_err(AttemptError::of(connection))?;
    (context.watch)(StatementResult::Moved(moved));
    Ok(Item {
        stock: context.initial + moved,
        version: 0,
    })
}

/// Takes the units out of the stock, or puts them back.
pub(super) fn take(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    seen: Option<Item>,
    order: &Order,
) -> Result<Answer, AttemptError> {
    let Order {
        item: id, quantity, ..
    } = *order;
    let write = context.plan.write;
    let changed = match (write, seen) {
        (Write::Assign, Some(seen)) => item::assign(connection, id, seen.stock - quantity),
        (Write::IfVersion | Write::IfVersionIgnored | Write::IfVersionAgain, Some(seen)) => {
            item::assign_if_version(connection, id, seen.stock - quantity, seen.version)
        }
        (Write::IfEnough, _) if !order.is_restock() => {
            item::subtract_if_enough(connection, id, quantity)
        }
        (Write::IfEnough | Write::Subtract, _) => item::subtract(connection, id, quantity),
        // `Plan::refusal` keeps such plans away from here.
        (_, None) => Err(Error::NotFound),
    };
    let changed = changed.map_err(AttemptError::of(connection))?;
    (context.watch)(StatementResult::Changed(changed));
    match (changed, write) {
        (0, Write::IfVersion) => Err(AttemptError::Conflict(Conflict::StaleVersion)),
        (0, Write::IfVersionAgain) => take_again(connection, context, seen, order),
        (0, Write::IfEnough) => Ok(Answer::SoldOut),
        (0, Write::IfVersionIgnored) => Ok(Answer::Done),
        (0, _) => Err(AttemptError::Failed(Error::NotFound)),
        (_, _) => Ok(Answer::Done),
    }
}

/// Reads and takes again inside the same transaction, where it shows something new. Where it
/// does not, no number of attempts would help, and the buyer gives up.
fn take_again(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    seen: Option<Item>,
    order: &Order,
) -> Result<Answer, AttemptError> {
    let now = look(connection, context, order)?;
    if now == seen {
        return Err(AttemptError::GaveUp);
    }
    match now {
        Some(item) if !order.is_restock() && item.stock < order.quantity => Ok(Answer::SoldOut),
        _ => take(connection, context, now, order),
    }
}
