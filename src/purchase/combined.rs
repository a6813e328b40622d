//! One purchase for many: whoever leads takes for the whole batch in one transaction, and tells
//! each what became of its order once that is committed.
//!
//! Near the end of the stock those that still fit are served in the order of arrival, and the
//! others are told that it is sold out. What fails fails for its own batch alone: the members
//! try again, or, where trying again together would fail again, each by itself.

use diesel::QueryResult;
use diesel::result::Error;

use super::{
    Answer, AttemptError, BatchReply, PurchaseContext, StatementResult, in_transaction, recorded,
};
use crate::db::{AnyConnection, RowLock};
use crate::model::order::Order;
use crate::model::strategy::Write;
use crate::purchase::queue::Turn;
use crate::tables::{batch, item};

/// Stands in line with the one order there is, and serves all who have come when it is its turn.
pub(super) fn attempt(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    orders: &[Order],
) -> Result<Answer, AttemptError> {
    let [order] = orders else {
        // `Plan::refuses_load` keeps baskets away from here.
        return Err(AttemptError::Failed(Error::NotFound));
    };
    (context.think)();
    // One writer at a time for the whole database: one queue for all items.
    let number = match connection.backend().has_one_writer() {
        true => 1,
        false => order.item,
    };
    let lead = match context.coordinator.queues.join(number, *order) {
        Some(Turn::Leads(lead)) => lead,
        Some(Turn::Served(reply)) => return listen(connection, context, order, reply),
        None => return Err(AttemptError::Failed(Error::NotFound)),
    };
    let wanted = lead.wanted();
    let served = serve(connection, context, &wanted);
    match &served {
        Ok(answers) => lead.tell(answers.iter().map(|answer| BatchReply::Ended(*answer))),
        Err(error) => lead.tell(wanted.iter().map(|_| BatchReply::about(error))),
    }
    match served {
        Err(error) if wanted.len() > 1 && BatchReply::about(&error) == BatchReply::Alone => {
            serve_alone(connection, context, order)
        }
        Err(error) => Err(error),
        // The leader comes first.
        Ok(answers) => answers.first().copied().ok_or(AttemptError::Uncertain),
    }
}

/// What the reply of a leader means; a leader that left without one may have committed.
fn listen(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
    reply: Option<BatchReply>,
) -> Result<Answer, AttemptError> {
    match reply {
        Some(BatchReply::Ended(answer)) => Ok(answer),
        Some(BatchReply::Conflict(conflict)) => Err(AttemptError::Conflict(conflict)),
        Some(BatchReply::Alone) => serve_alone(connection, context, order),
        Some(BatchReply::Uncertain) | None => Err(AttemptError::Uncertain),
    }
}

/// A batch of one, outside the queue: the database keeps it and the next batch apart.
fn serve_alone(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
) -> Result<Answer, AttemptError> {
    let answers = serve(connection, context, std::slice::from_ref(order))?;
    answers.first().copied().ok_or(AttemptError::Uncertain)
}

/// Serves a batch: how each order of it ended, once that is committed.
fn serve(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    wanted: &[Order],
) -> Result<Vec<Answer>, AttemptError> {
    if context.plan.write == Write::IfEnough {
        let all = batch::take_in_one_statement(connection, wanted, context.publishes);
        let changed = all.map_err(recorded(connection))?;
        if let Some(changed) = changed {
            (context.watch)(StatementResult::Changed(changed));
        }
        match (changed, wanted) {
            (None, _) => {}
            (Some(0), [_]) => return Ok(vec![Answer::SoldOut]),
            (Some(0), _) => {}
            (Some(_), _) => return Ok(vec![Answer::Done; wanted.len()]),
        }
    }
    let lock = Some(RowLock::ForUpdate);
    let work = |connection: &mut AnyConnection| grant(connection, context, wanted);
    in_transaction(connection, &context.plan, lock, work)
}

/// Serves in the order of arrival those for whom there is enough.
fn grant(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    wanted: &[Order],
) -> Result<Vec<Answer>, AttemptError> {
    let mut answers = vec![Answer::SoldOut; wanted.len()];
    let mut items: Vec<i64> = wanted.iter().map(|order| order.item).collect();
    items.sort_unstable();
    items.dedup();
    for id in items {
        let mut left = match context.plan.write {
            Write::IfEnough => {
                let found = item::read(connection, id, Some(RowLock::ForUpdate));
                let found = found.map_err(AttemptError::of(connection))?;
                (context.watch)(StatementResult::Item(found));
                found.ok_or(AttemptError::Failed(Error::NotFound))?.stock
            }
            // Whatever there is: `Plan::refusal` knows of no third.
            _ => i64::MAX,
        };
        let mut taken = 0;
        let orders = wanted.iter().zip(&mut answers);
        for (order, answer) in orders.filter(|(order, _)| order.item == id) {
            if order.quantity <= left {
                left = left.saturating_sub(order.quantity);
                taken += order.quantity;
                *answer = Answer::Done;
            }
        }
        if taken != 0 {
            let changed =
                item::subtract(connection, id, taken).map_err(AttemptError::of(connection))?;
            (context.watch)(StatementResult::Changed(changed));
        }
    }
    let served = wanted.iter().zip(&answers);
    let served: Vec<Order> = served
        .filter(|(_, answer)| **answer == Answer::Done)
        .map(|(order, _)| *order)
        .collect();
    record(connection, context, &served)?;
    Ok(answers)
}

/// Writes the orders into the ledger, and the events that they leave.
fn record(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    orders: &[Order],
) -> Result<(), AttemptError> {
    batch::record(connection, orders).map_err(recorded(connection))?;
    let sales = || orders.iter().filter(|order| !order.is_restock());
    let sales: Vec<Order> = match context.publishes {
        true => sales().copied().collect(),
        false => Vec::new(),
    };
    let published: QueryResult<()> = batch::publish(connection, &sales);
    published.map_err(AttemptError::of(connection))
}
