//! The one purchase routine, which every strategy and every scenario runs.
//!
//! Read how much is left, check, think, take, record. A [`Plan`] says how each of these is
//! done; nothing else in the program knows what a strategy is.
//!
//! Where taking has an effect outside the database, which no rollback takes back, it comes
//! where that strategy's user would put it: after the check and before the write, or, where
//! the write is the check, after the write. See `Plan::claims_first`.

mod answer;
mod attempt_error;
mod combined;
mod context;
pub mod coordinator;
pub mod explain;
mod found;
pub mod guard;
mod next;
mod procedure_call;
pub mod queue;
mod resolve;
mod row;
pub mod slots;

use diesel::result::{DatabaseErrorKind, Error};

use answer::CommitOutcome;
pub use answer::{Answer, StatementResult};
pub use attempt_error::{AttemptError, BatchReply, Conflict};
pub use context::{Effect, PurchaseContext};
use found::{Found, Reach};
pub use next::NextStep;
pub use resolve::was_carried_out;

use crate::db::{self, AnyConnection, RowLock, transaction};
use crate::model::order::{Basket, Order};
use crate::model::strategy::{Dispatch, Layout, Plan};
use crate::tables::{ledger, outbox};

/// Tries once to carry out `basket`, the guard and the transaction around it included.
///
/// # Errors
/// What got into its way; see [`AttemptError`].
pub fn attempt(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    basket: &Basket,
) -> Result<Answer, AttemptError> {
    let orders = basket.orders();
    let _inside = context.coordinator.pass_gate(orders);
    if context.plan.dispatch == Dispatch::Combined {
        return combined::attempt(connection, context, orders);
    }
    let mut reach = Reach::AsPlanned;
    loop {
        let outcome = attempt_alone(connection, context, orders, reach);
        match (outcome, reach.further(&context.plan)) {
            (Err(AttemptError::SoldOutHalfway), _) => return Ok(Answer::SoldOut),
            // Nobody is turned away for what was only skipped.
            (Err(AttemptError::CameUpShort), Some(further)) => reach = further,
            (outcome, _) => return outcome,
        }
    }
}

/// Tries once by oneself, the guard and the transaction included.
fn attempt_alone(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    orders: &[Order],
    reach: Reach,
) -> Result<Answer, AttemptError> {
    let guard = context.plan.guard;
    guard::holding(
        connection,
        guard,
        orders,
        &context.coordinator.slots,
        |connection| {
            if context.plan.dispatch == Dispatch::Procedure {
                return procedure_call::call(connection, context, orders);
            }
            let lock = context.plan.read.row_lock();
            in_transaction(connection, &context.plan, lock, |connection| {
                let answer = carry_out_all(connection, context, orders, reach)?;
                guard::before_commit(connection, guard, orders);
                Ok(answer)
            })
        },
    )
}

/// Runs `work` in the plan's transaction, in which `lock` is the lock that its read will take,
/// or in none. Any error rolls everything back: a COMMIT after an error would look like success,
/// and be none.
fn in_transaction<T: CommitOutcome>(
    connection: &mut AnyConnection,
    plan: &Plan,
    lock: Option<RowLock>,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, AttemptError>,
) -> Result<T, AttemptError> {
    let Some(level) = plan.isolation.level() else {
        return work(connection);
    };
    transaction::begin(connection, level, lock).map_err(AttemptError::of(connection))?;
    match work(connection) {
        // Being turned away is committed as well: at SERIALIZABLE what a transaction has read
        // is only true once it has.
        Ok(answer) => match transaction::commit(connection) {
            Ok(()) => Ok(answer),
            Err(error) => {
                let said = match answer.changes_tables() {
                    true => Answer::Done,
                    false => Answer::SoldOut,
                };
                Err(AttemptError::at_the_last_word(connection, said, error))
            }
        },
        // A lost connection that said its last word inside a transaction has lost nothing else.
        Err(AttemptError::Uncertain) => Err(AttemptError::Conflict(Conflict::Database(
            db::Conflict::ConnectionLost,
        ))),
        Err(error) => {
            transaction::rollback(connection);
            Err(error)
        }
    }
}

/// All orders of a basket, or none: what was taken before one of them was sold out is taken
/// back. Without a transaction there is nothing that could take it back.
fn carry_out_all(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    orders: &[Order],
    reach: Reach,
) -> Result<Answer, AttemptError> {
    for (index, order) in orders.iter().enumerate() {
        match carry_out(connection, context, order, reach)? {
            Answer::Done => {}
            Answer::SoldOut if index == 0 => return Ok(Answer::SoldOut),
            Answer::SoldOut => return Err(AttemptError::SoldOutHalfway),
        }
    }
    Ok(Answer::Done)
}

/// The purchase itself: read, check, think, take, record.
fn carry_out(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
    reach: Reach,
) -> Result<Answer, AttemptError> {
    let mut found = find(connection, context, order, reach)?;
    if guard::after_the_read(connection, context.plan.guard, order)? {
        found = find(connection, context, order, reach)?;
    }
    if found.is_too_little_for(order) {
        return Ok(Answer::SoldOut);
    }
    // Whoever claims first has something to prepare only once it is theirs.
    let prepares_what_is_claimed = context.plan.claims_first() && context.effect.is_some();
    if !prepares_what_is_claimed {
        (context.think)();
    }
    if !context.plan.claims_first() {
        cause_effect(context, order)?;
    }
    let taken = match found {
        Found::Buckets(buckets) => {
            found::take_from_buckets(connection, context, order, &buckets).map(|()| Answer::Done)
        }
        Found::Units(ids) => {
            found::take_units(connection, context, order, &ids).map(|()| Answer::Done)
        }
        Found::Item(item) => row::take(connection, context, Some(item), order),
        Found::Unseen => row::take(connection, context, None, order),
    };
    if taken? == Answer::SoldOut {
        return Ok(Answer::SoldOut);
    }
    if prepares_what_is_claimed {
        (context.think)();
    }
    if context.plan.claims_first() {
        cause_effect(context, order)?;
    }
    record(connection, order)?;
    (context.watch)(StatementResult::Changed(1));
    if context.publishes && !order.is_restock() {
        outbox::publish(connection, order)
            .map_err(|error| AttemptError::at_the_last_word(connection, Answer::Done, error))?;
        (context.watch)(StatementResult::Changed(1));
    }
    Ok(Answer::Done)
}

fn cause_effect(context: &PurchaseContext<'_>, order: &Order) -> Result<(), AttemptError> {
    match context.effect {
        Some(effect) if !order.is_restock() => effect(order).map_err(AttemptError::NoEffect),
        _ => Ok(()),
    }
}

/// What there is for `order`, in whichever rows, if the plan looks at all.
fn find(
    connection: &mut AnyConnection,
    context: &PurchaseContext<'_>,
    order: &Order,
    reach: Reach,
) -> Result<Found, AttemptError> {
    if context.plan.layout != Layout::OneRow {
        return found::look(connection, context, order, reach);
    }
    let seen = row::look(connection, context, order)?;
    Ok(seen.map_or(Found::Unseen, Found::Item))
}

/// Writes the order into the ledger.
fn record(connection: &mut AnyConnection, order: &Order) -> Result<(), AttemptError> {
    ledger::record(connection, order).map_err(recorded(connection))
}

/// What an error means that met whoever wrote into the ledger.
fn recorded(connection: &mut AnyConnection) -> impl FnOnce(Error) -> AttemptError {
    |error| match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
            AttemptError::AlreadyRecorded
        }
        error => AttemptError::at_the_last_word(connection, Answer::Done, error),
    }
}
