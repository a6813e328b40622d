//! What a buyer has found where an item's units are laid out in several rows, and how it takes
//! from them.
//!
//! A read that skips what is locked takes from what is free. What it does not find may be in the
//! hands of somebody who gives it back: before anybody is turned away, the whole attempt is made
//! again with a wider [`Reach`], waiting this time. Each begins a transaction of its own, so that
//! nobody holds anything while it waits but what comes before it in the order of the numbers, and
//! no two wait for each other.

use diesel::result::Error;

use super::{AttemptError, PurchaseContext, StatementResult};
use crate::db::{AnyConnection, RowLock};
use crate::model::order::Order;
use crate::model::strategy::{Layout, Plan, Read};
use crate::tables::bucket::{self, BUCKETS, Bucket};
use crate::tables::item::Item;
use crate::tables::unit;

/// How far a buyer looks for units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// As far as the plan's read does.
    AsPlanned,
    /// It waits for one bucket, where all were locked.
    OneBucket,
    /// It waits for every row.
    Everything,
}

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

impl Reach {
    /// How far to look next where that was too short; `None` where there is no more.
    pub(super) fn further(self, plan: &Plan) -> Option<Self> {
        let skips = plan.read == Read::SkipLocked;
        match (self, plan.layout) {
            (Self::AsPlanned, Layout::Buckets) if skips => Some(Self::OneBucket),
            (Self::AsPlanned | Self::OneBucket, Layout::Buckets) => Some(Self::Everything),
            // What waits for units waits for all of them.
            (Self::AsPlanned, Layout::UnitRows) if skips => Some(Self::Everything),
            _ => None,
        }
    }
}

impl Found {
    /// Whether it is not enough for `order`.
    pub(super) fn is_too_little_for(&self, order: &Order) -> bool {
        *self != Self::Unseen && !order.is_restock() && self.units() < order.quantity
    }

    /// The units that were seen.
    fn units(&self) -> i64 {
        match self {
            Self::Unseen => 0,
            Self::Item(item) => item.stock,
            Self::Buckets(buckets) => buckets.iter().map(|bucket| bucket.stock).sum(),
            Self::Units(ids) => ids.len() as i64,
        }
    }
}

/// Looks for the units of `order` in the rows of its item.
pub(super) fn look(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
    reach: Reach,
) -> Result<Found, AttemptError> {
    let read = context.plan.read;
    let lock = match (reach, read.row_lock()) {
        (Reach::OneBucket | Reach::Everything, Some(RowLock::SkipLocked)) => {
            Some(RowLock::ForUpdate)
        }
        (_, lock) => lock,
    };
    let found = match context.plan.layout {
        Layout::UnitRows => look_for_units(connection, order, lock),
        _ => look_in_buckets(connection, order, lock, reach),
    };
    let found = found
        .map_err(AttemptError::of(connection))
        .map_err(|error| error.of_read(lock))?;
    (context.watch)(StatementResult::Units(found.units()));
    // A restock puts its units into any bucket, if it has found one.
    let is_nothing = found == Found::Buckets(Vec::new());
    let is_short = is_nothing || found.is_too_little_for(order);
    let believes_it = read == Read::SkippedIsSoldOut && !order.is_restock();
    if is_short && reach.further(&context.plan).is_some() && !believes_it {
        return Err(AttemptError::CameUpShort);
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

/// One bucket with enough in it: any, if some are skipped, or else each buyer its own. Or all
/// of them.
fn look_in_buckets(
    connection: &mut AnyConnection,
    order: &Order,
    lock: Option<RowLock>,
    reach: Reach,
) -> Result<Found, Error> {
    let Order { item, quantity, .. } = *order;
    let found = match (reach, lock) {
        (Reach::Everything, _) => return bucket::all(connection, item, lock).map(Found::Buckets),
        (Reach::AsPlanned, Some(RowLock::SkipLocked)) => {
            bucket::find(connection, item, quantity, lock)?
        }
        _ => {
            let own = order.key.rem_euclid(BUCKETS);
            let own = bucket::one(connection, item, own, lock)?;
            own.filter(|bucket| bucket.stock >= quantity)
        }
    };
    Ok(Found::Buckets(found.into_iter().collect()))
}

/// Takes the units of `order` from the buckets that were found, one after the other, or puts
/// them into the first.
pub(super) fn take_from_buckets(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
    buckets: &[Bucket],
) -> Result<(), AttemptError> {
    let mut wanted = order.quantity;
    for bucket in buckets {
        let taken = wanted.min(bucket.stock);
        if taken == 0 {
            continue;
        }
        let left = bucket.stock - taken;
        let changed = bucket::assign(connection, order.item, bucket.bucket, left)
            .map_err(AttemptError::of(connection))?;
        (context.watch)(StatementResult::Changed(changed));
        wanted -= taken;
        if wanted == 0 {
            return Ok(());
        }
    }
    // `look` has seen to it that there is enough.
    Err(AttemptError::Failed(Error::NotFound))
}

/// Takes the units that were found, or adds those that are put back.
pub(super) fn take_units(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
    ids: &[i64],
) -> Result<(), AttemptError> {
    if order.is_restock() {
        return unit::put_back(connection, order.item, -order.quantity)
            .map_err(AttemptError::of(connection));
    }
    let taken = unit::take(connection, order.item, ids).map_err(AttemptError::of(connection))?;
    (context.watch)(StatementResult::Changed(taken));
    match taken == ids.len() {
        true => Ok(()),
        false => Err(AttemptError::Failed(Error::NotFound)),
    }
}
