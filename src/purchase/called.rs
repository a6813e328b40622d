//! The whole purchase in one call: what the procedure in the database is told, and says.

use diesel::result::Error;

use super::{Answer, Seen, Setback, Shop, recorded};
use crate::db::AnyConnection;
use crate::order::Order;
use crate::procedure;

/// Calls the procedure for the one order there is. It commits by itself, so that whatever it
/// says is the last word.
pub(super) fn call(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    orders: &[Order],
) -> Result<Answer, Setback> {
    let [order] = orders else {
        // `Plan::refuses_load` keeps baskets away from here.
        return Err(Setback::Failed(Error::NotFound));
    };
    (shop.think)();
    let publishes = shop.publishes && !order.is_restock();
    let called = procedure::purchase(connection, order, publishes);
    let changed = called.map_err(recorded(connection))?;
    (shop.watch)(Seen::Changed(changed));
    Ok(match changed {
        0 => Answer::SoldOut,
        _ => Answer::Done,
    })
}
