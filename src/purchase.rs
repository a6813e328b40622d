//! The one purchase routine, which every strategy and every scenario runs.
//!
//! Read how much is left, check, think, take, record. A [`Plan`] says how each of these is
//! done; nothing else in the program knows what a strategy is.
//!
//! Where taking has an effect outside the database, which no rollback takes back, it comes
//! where that strategy's user would put it: after the check and before the write, or, where
//! the write is the check, after the write. See [`Plan::claims_first`].

mod called;
mod combined;
mod found;
mod recall;
mod row;
mod setback;
mod shop;

use std::slice;

use diesel::result::{DatabaseErrorKind, Error};

pub use combined::Word;
use found::{Found, Reach};
pub use recall::was_carried_out;
pub use setback::{Conflict, Setback};
pub use shop::{Effect, Shop};

use crate::db::{self, AnyConnection, RowLock, transaction};
use crate::guard;
use crate::item::Item;
use crate::order::{Basket, Order};
use crate::strategy::{Dispatch, Guard, Layout, Plan};
use crate::{ledger, outbox};

/// What a buyer's statement showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The item's row; `None`: there was none, or it was skipped.
    Item(Option<Item>),
    /// So many units, in the rows that were found and locked.
    Units(i64),
    /// The sum of what the ledger says was put in and taken out.
    Moved(i64),
    /// How many rows were changed.
    Changed(usize),
}

/// How an attempt ended when nothing got into its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The order was carried out and committed.
    Done,
    /// There was not enough left.
    SoldOut,
}

/// What a transaction is committed with.
trait Said {
    /// Whether the tables were changed, so that it matters whether a COMMIT arrived.
    fn does_something(&self) -> bool;
}

impl Said for Answer {
    fn does_something(&self) -> bool {
        *self == Self::Done
    }
}

impl Said for Vec<Answer> {
    fn does_something(&self) -> bool {
        self.contains(&Answer::Done)
    }
}

/// Tries once to carry out `basket`, the guard and the transaction around it included.
///
/// # Errors
/// What got into its way; see [`Setback`].
pub fn attempt(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    basket: &Basket,
) -> Result<Answer, Setback> {
    let orders = basket.orders();
    let _inside = shop.lobby.pass_gate(orders);
    if shop.plan.dispatch == Dispatch::Combined {
        return combined::attempt(connection, shop, orders);
    }
    let mut reach = Reach::AsPlanned;
    loop {
        let outcome = attempt_alone(connection, shop, orders, reach);
        match (outcome, reach.further(&shop.plan)) {
            (Err(Setback::SoldOutHalfway), _) => return Ok(Answer::SoldOut),
            // Nobody is turned away for what was only skipped.
            (Err(Setback::CameUpShort), Some(further)) => reach = further,
            (outcome, _) => return outcome,
        }
    }
}

/// Tries once by oneself, the guard and the transaction included.
fn attempt_alone(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    orders: &[Order],
    reach: Reach,
) -> Result<Answer, Setback> {
    let guard = shop.plan.guard;
    guard::holding(connection, guard, orders, &shop.lobby.slots, |connection| {
        if shop.plan.dispatch == Dispatch::Procedure {
            return called::call(connection, shop, orders);
        }
        let lock = shop.plan.read.row_lock();
        in_transaction(connection, &shop.plan, lock, |connection| {
            let answer = carry_out_all(connection, shop, orders, reach)?;
            if guard == Guard::AdvisoryEarly {
                guard::give_back(connection, guard, orders);
            }
            Ok(answer)
        })
    })
}

/// Runs `work` in the plan's transaction, in which `lock` is the lock that its read will take,
/// or in none. Any error rolls everything back: a COMMIT after an error would look like success,
/// and be none.
fn in_transaction<T: Said>(
    connection: &mut AnyConnection,
    plan: &Plan,
    lock: Option<RowLock>,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, Setback>,
) -> Result<T, Setback> {
    let Some(level) = plan.isolation.level() else {
        return work(connection);
    };
    transaction::begin(connection, level, lock).map_err(Setback::of(connection))?;
    match work(connection) {
        // Being turned away is committed as well: at SERIALIZABLE what a transaction has read
        // is only true once it has.
        Ok(answer) => match transaction::commit(connection) {
            Ok(()) => Ok(answer),
            Err(error) => {
                let said = match answer.does_something() {
                    true => Answer::Done,
                    false => Answer::SoldOut,
                };
                Err(Setback::at_the_last_word(connection, said, error))
            }
        },
        // A lost connection that said its last word inside a transaction has lost nothing else.
        Err(Setback::Uncertain) => Err(Setback::Conflict(Conflict::Database(
            db::Conflict::ConnectionLost,
        ))),
        Err(setback) => {
            transaction::rollback(connection);
            Err(setback)
        }
    }
}

/// All orders of a basket, or none: what was taken before one of them was sold out is taken
/// back. Without a transaction there is nothing that could take it back.
fn carry_out_all(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    orders: &[Order],
    reach: Reach,
) -> Result<Answer, Setback> {
    for (index, order) in orders.iter().enumerate() {
        match carry_out(connection, shop, order, reach)? {
            Answer::Done => {}
            Answer::SoldOut if index == 0 => return Ok(Answer::SoldOut),
            Answer::SoldOut => return Err(Setback::SoldOutHalfway),
        }
    }
    Ok(Answer::Done)
}

/// The purchase itself: read, check, think, take, record.
fn carry_out(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    order: &Order,
    reach: Reach,
) -> Result<Answer, Setback> {
    let mut found = find(connection, shop, order, reach)?;
    if shop.plan.guard == Guard::AdvisoryLate {
        guard::take(connection, shop.plan.guard, slice::from_ref(order))?;
        found = find(connection, shop, order, reach)?;
    }
    if found.is_too_little_for(order) {
        return Ok(Answer::SoldOut);
    }
    // Whoever claims first has something to prepare only once it is theirs.
    let prepares_what_is_claimed = shop.plan.claims_first() && shop.effect.is_some();
    if !prepares_what_is_claimed {
        (shop.think)();
    }
    if !shop.plan.claims_first() {
        cause_effect(shop, order)?;
    }
    let taken = match found {
        Found::Buckets(buckets) => {
            found::take_from_buckets(connection, shop, order, &buckets).map(|()| Answer::Done)
        }
        Found::Units(ids) => {
            found::take_units(connection, shop, order, &ids).map(|()| Answer::Done)
        }
        Found::Item(item) => row::take(connection, shop, Some(item), order),
        Found::Unseen => row::take(connection, shop, None, order),
    };
    if taken? == Answer::SoldOut {
        return Ok(Answer::SoldOut);
    }
    if prepares_what_is_claimed {
        (shop.think)();
    }
    if shop.plan.claims_first() {
        cause_effect(shop, order)?;
    }
    record(connection, order)?;
    (shop.watch)(Seen::Changed(1));
    if shop.publishes && !order.is_restock() {
        outbox::publish(connection, order)
            .map_err(|error| Setback::at_the_last_word(connection, Answer::Done, error))?;
        (shop.watch)(Seen::Changed(1));
    }
    Ok(Answer::Done)
}

fn cause_effect(shop: &Shop<'_>, order: &Order) -> Result<(), Setback> {
    match shop.effect {
        Some(effect) if !order.is_restock() => effect(order).map_err(Setback::NoEffect),
        _ => Ok(()),
    }
}

/// What there is for `order`, in whichever rows, if the plan looks at all.
fn find(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    order: &Order,
    reach: Reach,
) -> Result<Found, Setback> {
    if shop.plan.layout != Layout::OneRow {
        return found::look(connection, shop, order, reach);
    }
    let seen = row::look(connection, shop, order)?;
    Ok(seen.map_or(Found::Unseen, Found::Item))
}

/// Writes the order into the ledger.
fn record(connection: &mut AnyConnection, order: &Order) -> Result<(), Setback> {
    ledger::record(connection, order).map_err(recorded(connection))
}

/// What an error means that met whoever wrote into the ledger.
fn recorded(connection: &mut AnyConnection) -> impl FnOnce(Error) -> Setback {
    |error| match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Setback::AlreadyRecorded,
        error => Setback::at_the_last_word(connection, Answer::Done, error),
    }
}
