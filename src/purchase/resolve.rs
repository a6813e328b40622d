//! Finding out what became of a purchase that nobody heard the end of.

use super::{AttemptError, record};
use crate::db::{AnyConnection, IsolationLevel, transaction};
use crate::model::order::Basket;

/// Whether a basket whose end is unknown was carried out; the answer is final. Its last order
/// is recorded last.
///
/// To read the ledger would not do: the COMMIT that was lost may still be on its way to the
/// server, or at work there. To record the order once more waits for whoever has its key
/// (PostgreSQL 15 manual, 64.5), and is taken back.
///
/// # Errors
/// What got into the way of finding out.
pub fn was_carried_out(
    connection: &mut AnyConnection,
    basket: &Basket,
) -> Result<bool, AttemptError> {
    let Some(order) = basket.orders().last() else {
        return Ok(false);
    };
    let level = IsolationLevel::ReadCommitted;
    transaction::begin(connection, level, None).map_err(AttemptError::of(connection))?;
    let recorded = record(connection, order);
    transaction::rollback(connection);
    match recorded {
        Ok(()) => Ok(false),
        Err(AttemptError::AlreadyRecorded) => Ok(true),
        Err(error) => Err(error),
    }
}
