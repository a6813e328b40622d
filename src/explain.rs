//! The statements that one purchase really sends, overheard on the connection.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;

use crate::db::AnyConnection;
use crate::guard;
use crate::lobby::Lobby;
use crate::order::Order;
use crate::purchase::{Answer, Shop, attempt};
use crate::strategy::{Guard, Plan};

/// A statement as it was sent, and the values that went with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The SQL, or what the buyer does between two statements.
    pub text: String,
    /// The bound values, as diesel writes them; empty where there are none.
    pub binds: String,
}

/// Units of item 1 that the shop must have: one is bought.
pub const STOCK: i64 = 100;

/// Buys one unit of item 1 and reports every statement that went over the connection.
///
/// # Errors
/// The purchase fails, or item 1 is not for sale.
pub fn overhear(connection: &mut AnyConnection, plan: Plan) -> Result<Vec<Sent>> {
    let order = Order {
        key: 1,
        item: 1,
        quantity: 1,
    };
    overhear_order(connection, plan, order)
}

/// The same for an order of the caller's choosing.
///
/// # Errors
/// The purchase fails, or the item is not for sale.
pub fn overhear_order(
    connection: &mut AnyConnection,
    plan: Plan,
    order: Order,
) -> Result<Vec<Sent>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let lobby = Lobby::new(&plan, order.item, 1);
    if plan.guard == Guard::Mutex {
        note(&heard, aside("lock the mutex of item 1"));
    }
    connection.set_instrumentation({
        let heard = Arc::clone(&heard);
        move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                note(&heard, split(&query.to_string()));
            }
        }
    });
    let thinking = Arc::clone(&heard);
    let shop = Shop {
        think: &move || note(&thinking, aside("decide")),
        ..Shop::new(plan, &lobby, STOCK)
    };
    let answer = attempt(connection, &shop, &order.into());
    guard::resign(connection, plan.guard);
    connection.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    if plan.guard == Guard::Mutex {
        note(&heard, aside("unlock the mutex of item 1"));
    }
    match answer {
        Ok(Answer::Done) => {}
        other => bail!("the one purchase that was to be explained ended in {other:?}"),
    }
    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *heard))
}

fn note(heard: &Mutex<Vec<Sent>>, sent: Sent) {
    heard
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(sent);
}

/// What the program does by itself, as a comment of SQL.
fn aside(text: &str) -> Sent {
    Sent {
        text: format!("-- {text}"),
        binds: String::new(),
    }
}

/// diesel writes a statement as `SQL -- binds: […]`.
fn split(debug: &str) -> Sent {
    let (text, binds) = debug.split_once(" -- binds: ").unwrap_or((debug, ""));
    Sent {
        text: text.trim().to_owned(),
        binds: if binds == "[]" {
            String::new()
        } else {
            binds.to_owned()
        },
    }
}
