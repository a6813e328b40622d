//! Our own purchase routine, explored: buyers of one item, each with an order of its own.

mod map;
mod proof;
mod replay;
mod result;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use diesel::connection::SimpleConnection;
use diesel::result::Error;

use super::{
    Exploration, Footprint, Inspection, Statement, Step, act, begin_again, gave_lock_back, note,
    take_lock,
};
use crate::audit::{Books, Violations, audit};
use crate::contender::Contender;
use crate::db::{AnyConnection, Backend, Database, Engine, table};
use crate::guard;
use crate::hammer::Ending;
use crate::load::Load;
use crate::order::{Basket, Order};
use crate::purchase::{Answer, Seen, Setback, Shop, attempt};
use crate::quantity::Quantity;
use crate::report::wrongs;
use crate::scenario::Scenario;
use crate::slots::{Slots, Usher};
use crate::strategy::{Plan, Promise, Read, Setting};
use crate::{item, ledger, outbox};

pub use map::{MAP_SCHEMA, MapResult, Place};
pub use proof::Proof;
pub use replay::{REPLAY_SCHEMA, ReplayResult};
pub use result::{ExploreResult, FinalStateResult, HistoryResult, SCHEMA, StepResult};

const SOLD: &str = "sold";
const SOLD_OUT: &str = "sold out";
const GAVE_UP: &str = "gave up";
const NO_ROW: &str = "no row";
const CUT: &str = "used up its attempts";

/// Who buys what from how much.
#[derive(Clone, Debug)]
pub struct Purchases {
    /// How they buy.
    pub contender: Contender,
    /// In which story.
    pub scenario: Scenario,
    /// How many buyers.
    pub sessions: usize,
    /// Units there are.
    pub stock: i64,
    /// Units that each buyer wants.
    pub quantity: i64,
    /// Attempts of a buyer, after which the schedule counts as cut off.
    pub max_attempts: u32,
}

/// What a final state amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Units sold, by the ledger.
    pub sold: i64,
    /// Units left, by the item.
    pub stock: i64,
    /// What is wrong.
    pub violations: Violations,
}

/// What each final state that was met amounts to, by its words.
pub type FactsByState = Rc<RefCell<BTreeMap<String, Facts>>>;

/// The exploration of these purchases. The tables must have been made.
///
/// What the final states amount to is gathered while it runs.
pub fn exploration(
    database: &Database,
    wanted: &Purchases,
) -> (Exploration<AnyConnection>, FactsByState) {
    let backend = database.backend();
    let plan = wanted.contender.plan;
    let slots = Arc::new(Slots::new(1, 1).ushered(Arc::new(Gatekeeper)));
    let (stock, publishes) = (wanted.stock, wanted.scenario.publishes());
    // Bills sent, which no rollback takes back.
    let bills = Arc::new(AtomicU64::new(0));
    let none_sent = Arc::clone(&bills);
    let mut first = true;
    let mut exploration = Exploration::new(database.connector())
        .reset(move |connection: &mut AnyConnection| {
            none_sent.store(0, Relaxed);
            put_back(connection, stock, publishes, std::mem::take(&mut first))
        })
        .watch(|connection: &mut AnyConnection| {
            item::stocks(connection).map(|stocks| format!("stock {}", stocks[0].1))
        })
        .footprints(move |statement, done| footprint(backend, &plan, statement, done));
    if backend == Backend::Postgres {
        exploration = exploration.multiversion();
    }
    for key in 1..=wanted.sessions {
        exploration = exploration.session_that_tells(buyer(wanted, key, &slots, &bills));
    }
    let facts = FactsByState::default();
    let gathered = Rc::clone(&facts);
    let wanted = wanted.clone();
    let exploration = exploration.inspect(move |connection, endings| {
        let (inspection, facts) = inspect(connection, &wanted, endings, bills.load(Relaxed))?;
        let mut gathered = gathered.borrow_mut();
        gathered.insert(inspection.state.clone(), facts);
        Ok::<_, Error>(inspection)
    });
    (exploration, facts)
}

/// A buyer: tries until the order is settled, as those of `lockbench run` do, but without a
/// pause, and with few attempts.
fn buyer(
    wanted: &Purchases,
    key: usize,
    slots: &Arc<Slots>,
    bills: &Arc<AtomicU64>,
) -> impl FnMut(&mut AnyConnection) -> Result<&'static str, String> + Send + 'static {
    let slots = Arc::clone(slots);
    let bills = Arc::clone(bills);
    let basket = order(wanted, key as i64);
    let wanted = wanted.clone();
    move |connection| {
        let bill = |_: &Order| {
            act("bill the customer");
            match bills.fetch_add(1, Relaxed) {
                0 => note("billed"),
                before => note(format!("billed, {before} times before")),
            }
            Ok(())
        };
        let shop = Shop {
            watch: &|seen| note(in_words(seen)),
            effect: wanted.scenario.bills().then_some(&bill),
            publishes: wanted.scenario.publishes(),
            ..Shop::new(wanted.contender.plan, &slots, wanted.stock)
        };
        let ending = settle(connection, &shop, &basket, wanted.max_attempts);
        guard::resign(connection, shop.plan.guard);
        ending
    }
}

fn order(wanted: &Purchases, key: i64) -> Basket {
    let order = Order {
        key,
        item: 1,
        quantity: wanted.quantity,
    };
    order.into()
}

fn settle(
    connection: &mut AnyConnection,
    shop: &Shop<'_>,
    basket: &Basket,
    max_attempts: u32,
) -> Result<&'static str, String> {
    for number in 1..=max_attempts {
        match attempt(connection, shop, basket) {
            Ok(Answer::Done) => return Ok(SOLD),
            Ok(Answer::SoldOut) | Err(Setback::SoldOutHalfway) => return Ok(SOLD_OUT),
            Err(Setback::AlreadyRecorded) if number > 1 => return Ok(SOLD),
            Err(Setback::AlreadyRecorded) => return Err("the order was there".to_owned()),
            Err(Setback::GaveUp) => return Ok(GAVE_UP),
            Err(Setback::Uncertain) => return Err("the connection was lost".to_owned()),
            Err(Setback::NoEffect(words)) => return Err(words),
            Err(Setback::Failed(error)) => return Err(error.to_string()),
            Err(Setback::Conflict(_)) if number == max_attempts => {}
            Err(Setback::Conflict(_)) => begin_again(),
        }
    }
    Ok(CUT)
}

fn in_words(seen: Seen) -> String {
    match seen {
        Seen::Item(Some(item)) => format!("stock = {}, version = {}", item.stock, item.version),
        Seen::Item(None) => NO_ROW.to_owned(),
        Seen::Moved(units) => format!("sum = {units}"),
        Seen::Changed(1) => "1 row".to_owned(),
        Seen::Changed(rows) => format!("{rows} rows"),
    }
}

/// Shows the scheduler who waits for a lock of this process's.
#[derive(Debug)]
struct Gatekeeper;

impl Purchases {
    /// What is promised of them: all sessions are of one process.
    pub fn promise(&self, engine: Engine) -> Option<Promise> {
        self.contender.promise(Setting {
            bills: self.scenario.bills(),
            ..Setting::from(engine)
        })
    }
}

impl Usher for Gatekeeper {
    fn wait(&self, item: i64, try_take: &mut dyn FnMut() -> bool) {
        take_lock(&name(item), || try_take().then_some(()));
    }

    fn given_back(&self, item: i64) {
        gave_lock_back(&name(item));
    }
}

fn name(item: i64) -> String {
    format!("the mutex of item {item}")
}

/// One item with so much in stock, and an empty ledger; as it may be anything at `first`.
fn put_back(
    connection: &mut AnyConnection,
    stock: i64,
    publishes: bool,
    first: bool,
) -> Result<(), Error> {
    if first || table::marks_what_was_deleted(connection.backend()) {
        ledger::clear(connection)?;
        if first || publishes {
            outbox::clear(connection)?;
        }
        return item::restart(connection, 1, stock);
    }
    connection.batch_execute(&format!(
        "UPDATE lockbench_items SET stock = {stock}, version = 0; DELETE FROM lockbench_ledger{}",
        if publishes {
            "; DELETE FROM lockbench_outbox"
        } else {
            ""
        }
    ))
}

/// The ledger's rows are each a buyer's own: where nobody reads them, writing one is nobody
/// else's business. (At SERIALIZABLE it can be the statement at which PostgreSQL tells a buyer
/// that it was refused; the next one would tell it, too.) And a read that was to lock one row,
/// and was refused or found it locked, has locked nothing.
fn footprint(
    backend: Backend,
    plan: &Plan,
    statement: &Statement,
    done: Option<&Step>,
) -> Option<Footprint> {
    if backend == Backend::Sqlite {
        return None;
    }
    let is_private =
        plan.read != Read::CountSold && statement.sql.starts_with("INSERT INTO lockbench_ledger");
    let locked_nothing = backend == Backend::Postgres
        && statement.sql.starts_with("SELECT")
        && done.is_some_and(|step| step.failed || step.result.as_deref() == Some(NO_ROW));
    (is_private || locked_nothing).then_some(Footprint::Nothing)
}

fn inspect(
    connection: &mut AnyConnection,
    wanted: &Purchases,
    endings: &[Result<String, String>],
    bills: u64,
) -> Result<(Inspection, Facts), Error> {
    let books = Books {
        events: match wanted.scenario.publishes() {
            true => outbox::events(connection)?,
            false => Vec::new(),
        },
        ..Books::of(item::stocks(connection)?, ledger::entries(connection)?)
    };
    let load = Load {
        items: 1,
        stock: wanted.stock,
        quantity: Quantity::exactly(wanted.quantity),
        orders: Some(wanted.sessions as i64),
        ..Load::default()
    };
    let orders = (1..).map(|key| order(wanted, key));
    let told: Vec<(Basket, Ending)> = orders.zip(endings.iter().map(ending)).collect();
    let mut found = audit(wanted.scenario, &load, &told, &books);
    if wanted.scenario.bills() {
        found.violations.double_billed = bills.saturating_sub(wanted.stock.unsigned_abs());
        let marked = wanted.stock - found.stock.left;
        found.violations.marked_not_billed = marked.unsigned_abs().saturating_sub(bills);
    }
    let facts = Facts {
        sold: found.stock.ledger_units,
        stock: found.stock.left,
        violations: found.violations,
    };
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for ending in endings {
        let words = ending.as_ref().map_or("failed", String::as_str);
        *tally.entry(words).or_default() += 1;
    }
    let told: Vec<String> = tally
        .iter()
        .map(|(words, count)| format!("{count} told '{words}'"))
        .collect();
    let violated = found.violations.any();
    let mut marks: Vec<&'static str> = found
        .violations
        .named()
        .filter_map(|(name, count)| (count > 0).then_some(name))
        .collect();
    if tally.contains_key(GAVE_UP) {
        marks.push("gave_up");
    }
    if tally.contains_key("failed") {
        marks.push("failed");
    }
    let inspection = Inspection {
        state: format!(
            "{} sold, stock {}{}: {}",
            facts.sold,
            facts.stock,
            match bills {
                0 => String::new(),
                bills => format!(", {bills} billed"),
            },
            told.join(", ")
        ),
        broken: violated.then(|| {
            format!(
                "{} in stock, {} sold, {} left: {}",
                wanted.stock,
                facts.sold,
                facts.stock,
                wrongs(&found.violations, &wanted.scenario.words()).join(", ")
            )
        }),
        marks,
        cut: tally.contains_key(CUT),
    };
    Ok((inspection, facts))
}

fn ending(ending: &Result<String, String>) -> Ending {
    match ending.as_deref() {
        Ok(SOLD) => Ending::Done,
        Ok(SOLD_OUT) => Ending::SoldOut,
        Ok(_) => Ending::GaveUp,
        Err(_) => Ending::Failed,
    }
}
