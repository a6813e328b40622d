//! The statements that one purchase actually sends, captured from the connection.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use serde::Serialize;

use crate::db::{AnyConnection, Description};
use crate::model::candidate::Candidate;
use crate::model::mistake::MistakeLesson;
use crate::model::named::Named;
use crate::model::order::Order;
use crate::model::strategy::{Guard, Lesson, Plan, Promise};
use crate::purchase::coordinator::Coordinator;
use crate::purchase::guard;
use crate::purchase::{Answer, PurchaseContext, attempt};

/// A statement as it was sent, and the values that went with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Sent {
    /// The SQL, or what the buyer does between two statements.
    pub text: String,
    /// The bound values, as diesel writes them; empty where there are none.
    pub binds: String,
}

impl fmt::Display for Sent {
    /// The text, and after it the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.binds.as_str() {
            "" => f.write_str(&self.text),
            binds => write!(f, "{}   {binds}", self.text),
        }
    }
}

/// The name and version of the JSON of an explanation. The number changes when a key is removed
/// or changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.explain/1";

/// What one purchase sends, and what there is to say about its strategy.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Explanation {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The strategy or mistake, and its choices.
    pub strategy: Candidate,
    /// What it does, in a line.
    pub summary: String,
    /// Where the purchase was made.
    pub database: Description,
    /// What it promises there; `null` where it promises nothing.
    pub promise: Option<Promise>,
    /// What the database is sent in place of statements that it does not have, a sentence each.
    pub stand_ins: Vec<&'static str>,
    /// What one purchase of one unit sent, in order.
    pub statements: Vec<Sent>,
    /// Why it works, when it fails and what it costs; `null` for a mistake.
    pub lesson: Option<Lesson>,
    /// Who made the mistake, why it looks right and the fix; `null` for a strategy.
    pub mistake: Option<MistakeLesson>,
}

impl Explanation {
    /// What there is to say about `row`, which has sent `statements` on that database.
    pub fn new(row: Named, database: Description, statements: Vec<Sent>) -> Self {
        let strategy = Candidate::from(row);
        let (lesson, mistake) = match row {
            Named::Strategy(strategy) => (Some(strategy.lesson()), None),
            Named::Mistake(mistake) => (None, Some(mistake.lesson())),
        };
        Self {
            schema: SCHEMA,
            summary: row.summary(),
            promise: strategy.promise(database.engine()),
            stand_ins: strategy.plan.stand_ins(database.backend),
            strategy,
            database,
            statements,
            lesson,
            mistake,
        }
    }
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
    let coordinator = Coordinator::new(&plan, order.item, 1);
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
    let context = PurchaseContext {
        think: &move || note(&thinking, aside("decide")),
        ..PurchaseContext::new(plan, &coordinator, STOCK)
    };
    let answer = attempt(connection, &context, &order.into());
    guard::resign(connection, plan.guard);
    connection.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    if plan.guard == Guard::Mutex {
        note(&heard, aside("unlock the mutex of item 1"));
    }
    match answer {
        Ok(Answer::Done) => {}
        other => bail!("the purchase to be explained ended in {other:?}"),
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
