//! Our own purchase routine, explored: buyers of one item, each with an order of its own.

mod buyer;
mod inspect;
mod look;
mod map;
mod proof;
mod put_back;
mod replay;
mod result;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use diesel::result::Error;

use super::{Exploration, Footprint, Statement, Step, act, gave_lock_back, note, take_lock};
use crate::audit::Violations;
use crate::contender::Contender;
use crate::db::{AnyConnection, Backend, Database, Engine};
use crate::load::Load;
use crate::lobby::Lobby;
use crate::quantity::Quantity;
use crate::scenario::Scenario;
use crate::slots::Usher;
use crate::stock;
use crate::strategy::{Dispatch, Plan, Promise, Read, Setting};

pub use map::{MAP_SCHEMA, MapResult, Place};
pub use proof::Proof;
pub use replay::{REPLAY_SCHEMA, ReplayResult};
pub use result::{ExploreResult, FinalStateResult, HistoryResult, SCHEMA, StepResult};

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

impl Purchases {
    /// The same as a load.
    pub fn load(&self) -> Load {
        Load {
            items: 1,
            stock: self.stock,
            quantity: Quantity::exactly(self.quantity),
            orders: Some(self.sessions as i64),
            ..Load::default()
        }
    }

    /// What is promised of them: all sessions are of one process.
    pub fn promise(&self, engine: Engine) -> Option<Promise> {
        self.contender.promise(Setting {
            bills: self.scenario.bills(),
            ..Setting::from(engine)
        })
    }
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
    let lobby = Arc::new(Lobby::new(&plan, 1, 1).ushered(|place| Arc::new(Gatekeeper(place))));
    let (units, publishes) = (wanted.stock, wanted.scenario.publishes());
    // Bills sent, which no rollback takes back.
    let bills = Arc::new(AtomicU64::new(0));
    let none_sent = Arc::clone(&bills);
    let mut first = true;
    let mut exploration = Exploration::new(database.connector())
        .reset(move |connection: &mut AnyConnection| {
            none_sent.store(0, Relaxed);
            let first = std::mem::take(&mut first);
            put_back::put_back(connection, plan.layout, units, publishes, first)
        })
        .watch(move |connection: &mut AnyConnection| {
            stock::left_in(connection, plan.layout).map(|stocks| format!("stock {}", stocks[0].1))
        })
        .footprints(move |statement, done| footprint(backend, &plan, statement, done));
    if backend == Backend::Postgres {
        exploration = exploration.multiversion();
    }
    for key in 1..=wanted.sessions {
        exploration = exploration.session_that_tells(buyer::buyer(wanted, key, &lobby, &bills));
    }
    let facts = FactsByState::default();
    let gathered = Rc::clone(&facts);
    let wanted = wanted.clone();
    let exploration = exploration.inspect(move |connection, endings| {
        let (inspection, facts) =
            inspect::inspect(connection, &wanted, endings, bills.load(Relaxed))?;
        let mut gathered = gathered.borrow_mut();
        gathered.insert(inspection.state.clone(), facts);
        Ok::<_, Error>(inspection)
    });
    (exploration, facts)
}

/// Shows the scheduler who waits for a lock of this process's.
#[derive(Debug)]
struct Gatekeeper(&'static str);

impl Usher for Gatekeeper {
    fn wait(&self, item: i64, try_take: &mut dyn FnMut() -> bool) {
        take_lock(&self.name(item), || try_take().then_some(()));
    }

    fn arrives(&self, item: i64) {
        act(&format!("join {}", self.name(item)));
        note("in line");
    }

    fn given_back(&self, item: i64) {
        gave_lock_back(&self.name(item));
    }
}

impl Gatekeeper {
    fn name(&self, item: i64) -> String {
        format!("the {} of item {item}", self.0)
    }
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
    // What a procedure does, its call does not say.
    if plan.dispatch == Dispatch::Procedure {
        return Some(Footprint::Everything);
    }
    let is_private =
        plan.read != Read::CountSold && statement.sql.starts_with("INSERT INTO lockbench_ledger");
    let locked_nothing = backend == Backend::Postgres
        && statement.sql.starts_with("SELECT")
        && done.is_some_and(|step| step.failed || step.result.as_deref() == Some(buyer::NO_ROW));
    (is_private || locked_nothing).then_some(Footprint::Nothing)
}
