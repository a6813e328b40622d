//! What a buyer has found where an item's units are laid out in several rows, and how it takes
//! from them.
//!
//! A read that skips what is locked takes from what is free. What it does not find may be in the
//! hands of somebody who gives it back: before anybody is turned away, the whole attempt is made
//! again with a read that waits for every row, in the order of their numbers. So no two wait for
//! each other, and nobody holds anything while it waits that others may wait for.

use diesel::result::Error;

use super::{Seen, Setback, Shop};
use crate::bucket::{self, Bucket};
use crate::db::{AnyConnection, RowLock};
use crate::item::Item;
use crate::order::Order;
use crate::strategy::{Layout, Read};
use crate::unit;

/// What a buyer has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It did not look.
    Unseen,
    /// The item's row.
    Item(Item),
    /// Buckets, all of which are locked for it.
    Buckets(Vec<Bucket>),
    /// Units, all of which are locked for it.
    Units(Vec<i64>),
}

impl Found {
    /// Whether it is not enough for `order`.
    pub(super) fn is_too_little_for(&self, order: &Order) -> bool {
        let units = match self {
            Self::Unseen => return false,
            Self::Item(item) => item.stock,
            Self::Buckets(buckets) => buckets.iter().map(|bucket| bucket.stock).sum(),
            Self::Units(ids) => ids.len() as i64,
        };
        !order.is_restock() && units < order.quantity
    }
}

/// Looks for the units of `order` in the rows of its item.
pub(super) fn look(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    order: &Order,
) -> Result<Found, Setback> {
    let lock = shop.plan.read.row_lock();
    let read = match shop.plan.layout {
        Layout::UnitRows => look_for_units,
        _ => look_in_buckets,
    };
    let found = read(connection, order, lock)
        .map_err(Setback::of(connection))
        .map_err(|setback| setback.of_read(lock))?;
    (shop.watch)(Seen::Units(match &found {
        Found::Units(ids) => ids.len() as i64,
        Found::Buckets(buckets) => buckets.iter().map(|bucket| bucket.stock).sum(),
        Found::Unseen | Found::Item(_) => 0,
    }));
    let is_nothing = match &found {
        // A restock puts its units into any bucket, if it has found one.
        Found::Buckets(buckets) => buckets.is_empty(),
        _ => false,
    };
    let is_short = is_nothing || found.is_too_little_for(order);
    if is_short && (shop.plan.read == Read::SkipLocked || order.is_restock()) {
        return Err(Setback::CameUpShort);
    }
    Ok(found)
}

/// Units are never looked for by a restock, which brings its own.
fn look_for_units(
    connection: &mut AnyConnection,
    order: &Order,
    lock: Option<RowLock>,
) -> Result<Found, Error> {
    if order.is_restock() {
        return Ok(Found::Units(Vec::new()));
    }
    unit::find(connection, order.item, order.quantity, lock).map(Found::Units)
}

/// One bucket with enough in it, if some are skipped; else all of them.
fn look_in_buckets(
    connection: &mut AnyConnection,
    order: &Order,
    lock: Option<RowLock>,
) -> Result<Found, Error> {
    if lock != Some(RowLock::SkipLocked) {
        return bucket::all(connection, order.item, lock).map(Found::Buckets);
    }
    let found = bucket::find(connection, order.item, order.quantity, lock)?;
    Ok(Found::Buckets(found.into_iter().collect()))
}

/// Takes the units of `order` from the buckets that were found, one after the other, or puts
/// them into the first.
pub(super) fn take_from_buckets(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    order: &Order,
    buckets: &[Bucket],
) -> Result<(), Setback> {
    let mut wanted = order.quantity;
    for bucket in buckets {
        let taken = wanted.min(bucket.stock);
        if taken == 0 {
            continue;
        }
        let left = bucket.stock - taken;
        let changed = bucket::assign(connection, order.item, bucket.bucket, left)
            .map_err(Setback::of(connection))?;
        (shop.watch)(Seen::Changed(changed));
        wanted -= taken;
        if wanted == 0 {
            return Ok(());
        }
    }
    // `look` has seen to it that there is enough.
    Err(Setback::Failed(Error::NotFound))
}

/// Takes the units that were found, or adds those that are put back.
pub(super) fn take_units(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    order: &Order,
    ids: &[i64],
) -> Result<(), Setback> {
    if order.is_restock() {
        return unit::put_back(connection, order.item, -order.quantity)
            .map_err(Setback::of(connection));
    }
    let taken = unit::take(connection, order.item, ids).map_err(Setback::of(connection))?;
    (shop.watch)(Seen::Changed(taken));
    match taken == ids.len() {
        true => Ok(()),
        false => Err(Setback::Failed(Error::NotFound)),
    }
}
