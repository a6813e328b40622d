//! An item whose units are one number in one row: how it is read, and how it is taken from.

use diesel::result::Error;

use super::{Answer, Conflict, Seen, Setback, Shop};
use crate::db::{AnyConnection, RowLock, transaction};
use crate::item::{self, Item};
use crate::ledger;
use crate::order::Order;
use crate::strategy::{Plan, Read, Write};

/// How much is left by the item's row, if the plan looks at all.
pub(super) fn look(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    order: &Order,
) -> Result<Option<Item>, Setback> {
    let Plan { read, .. } = shop.plan;
    let found = match read {
        Read::None => return Ok(None),
        Read::CountSold => return count_sold(connection, shop, order).map(Some),
        Read::BeforeLock => {
            let believed = read_row(connection, shop, order, None)?;
            read_row(connection, shop, order, read.row_lock())?;
            believed
        }
        _ => read_row(connection, shop, order, read.row_lock())?,
    };
    match (found, read) {
        (Some(item), _) => Ok(Some(item)),
        // No item is ever removed: no row means that somebody has it locked. Whoever takes
        // that for "sold out" turns buyers away while there is stock.
        (None, Read::SkippedIsSoldOut) if !order.is_restock() => Ok(Some(Item::EMPTY)),
        (None, Read::SkipLocked | Read::SkippedIsSoldOut) => {
            Err(Setback::Conflict(Conflict::RowSkipped))
        }
        (None, _) => Err(Setback::Failed(Error::NotFound)),
    }
}

/// The item's row, locked with `lock`.
fn read_row(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    order: &Order,
    lock: Option<RowLock>,
) -> Result<Option<Item>, Setback> {
    let read = |connection: &mut AnyConnection| {
        item::read(connection, order.item, lock).inspect(|found| (shop.watch)(Seen::Item(*found)))
    };
    match shop.plan.isolation.level() {
        Some(_) => read(connection),
        None => transaction::around_lone_read(connection, lock, read),
    }
    .map_err(Setback::of(connection))
    .map_err(|setback| setback.of_read(lock))
}

/// What must be left by what the ledger says was sold.
fn count_sold(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    order: &Order,
) -> Result<Item, Setback> {
    let moved = ledger::moved(connection, order.item).map_err(Setback::of(connection))?;
    (shop.watch)(Seen::Moved(moved));
    Ok(Item {
        stock: shop.initial + moved,
        version: 0,
    })
}

/// Takes the units out of the stock, or puts them back.
pub(super) fn take(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    seen: Option<Item>,
    order: &Order,
) -> Result<Answer, Setback> {
    let Order {
        item: id, quantity, ..
    } = *order;
    let write = shop.plan.write;
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
    let changed = changed.map_err(Setback::of(connection))?;
    (shop.watch)(Seen::Changed(changed));
    match (changed, write) {
        (0, Write::IfVersion) => Err(Setback::Conflict(Conflict::StaleVersion)),
        (0, Write::IfVersionAgain) => take_again(connection, shop, seen, order),
        (0, Write::IfEnough) => Ok(Answer::SoldOut),
        (0, Write::IfVersionIgnored) => Ok(Answer::Done),
        (0, _) => Err(Setback::Failed(Error::NotFound)),
        (_, _) => Ok(Answer::Done),
    }
}

/// Reads and takes again inside the same transaction, where it shows something new. Where it
/// does not, no number of attempts would help, and the buyer gives up.
fn take_again(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    seen: Option<Item>,
    order: &Order,
) -> Result<Answer, Setback> {
    let now = look(connection, shop, order)?;
    if now == seen {
        return Err(Setback::GaveUp);
    }
    match now {
        Some(item) if !order.is_restock() && item.stock < order.quantity => Ok(Answer::SoldOut),
        _ => take(connection, shop, now, order),
    }
}
