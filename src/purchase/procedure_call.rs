//! The whole purchase in one call: what the procedure in the database is told, and says.

use diesel::result::Error;

use super::{Answer, AttemptError, PurchaseContext, StatementResult, recorded};
use crate::db::AnyConnection;
use crate::model::order::Order;
use crate::tables::procedure;

/// Calls the procedure for the one order there is. It commits by itself, so that whatever it
/// says is the last word.
pub(super) fn call(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    orders: &[Order],
) -> Result<Answer, AttemptError> {
    let [order] = orders else {
        // `Plan::refuses_load` keeps baskets away from here.
        return Err(AttemptError::Failed(Error::NotFound));
    };
    (context.think)();
    let publishes = context.publishes && !order.is_restock();
    let called = procedure::purchase(connection, order, publishes);
    let changed = called.map_err(recorded(connection))?;
    (context.watch)(StatementResult::Changed(changed));
    Ok(match changed {
        0 => Answer::SoldOut,
        _ => Answer::Done,
    })
}
