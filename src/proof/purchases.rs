//! Our own purchase routine, explored: buyers of one item, each with an order of its own.

mod buyer;
mod history;
mod inspect;
mod map;
mod outcome;
mod proof;
mod put_back;
mod replay;
mod result;
mod state;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::db::{AnyConnection, Backend, Database, Engine};
use crate::explore::{
    Exploration, Footprint, Inside, Statement, Step, act, gave_lock_back, note, take_lock,
};
use crate::model::candidate::Candidate;
use crate::model::invalid_request::InvalidRequest;
use crate::model::load::Load;
use crate::model::quantity::Quantity;
use crate::model::scenario::Scenario;
use crate::model::strategy::{Deployment, Dispatch, Plan, Promise, Read};
use crate::purchase::coordinator::Coordinator;
use crate::purchase::slots::WaitHook;
use crate::tables::stock;
use outcome::BuyerOutcomes;

pub use history::{HistoryResult, StepResult};
pub use map::{MAP_SCHEMA, MapResult, Place};
pub use outcome::BuyerOutcome;
pub use proof::Proof;
pub use replay::{REPLAY_SCHEMA, ReplayResult};
pub use result::{ExploreResult, FinalStateResult, SCHEMA};
pub use state::{Sales, ShopState};

/// Who buys what from how much.
#[derive(Clone, Debug)]
pub struct Purchases {
    /// How they buy.
    pub candidate: Candidate,
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
    /// Which statements are stopped inside, too.
    pub inside: Inside,
}

/// More buyers than that have more schedules than anybody will ever run.
const MOST_SESSIONS: usize = 6;

impl Purchases {
    /// Makes sure that they can be explored on that kind of database.
    ///
    /// # Errors
    /// They mean nothing there, or make no sense in themselves.
    pub fn check(&self, backend: Backend) -> Result<(), InvalidRequest> {
        let wrong = if self.sessions == 0 {
            "there must be at least one session".to_owned()
        } else if self.sessions == 1 {
            "one session alone has nobody to conflict with: there must be at least two".to_owned()
        } else if self.sessions > MOST_SESSIONS {
            format!(
                "{} sessions have more schedules than can be run: at most {MOST_SESSIONS}",
                self.sessions
            )
        } else if self.stock < 0 {
            format!(
                "the stock is {}: it cannot be negative at the start",
                self.stock
            )
        } else if self.quantity < 1 {
            format!(
                "the quantity is {}: an order asks for at least 1",
                self.quantity
            )
        } else if self.max_attempts == 0 {
            "there must be at least one attempt".to_owned()
        } else if self.inside != Inside::Off && backend != Backend::Postgres {
            "statements are stopped inside on PostgreSQL alone: leave --inside out".to_owned()
        } else {
            return self.candidate.check(backend, self.scenario, &self.load());
        };
        Err(InvalidRequest(wrong))
    }

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
        self.candidate.promise(Deployment {
            bills: self.scenario.bills(),
            ..Deployment::from(engine)
        })
    }
}

/// The exploration of these purchases. The tables must have been made.
pub fn exploration(
    database: &Database,
    wanted: &Purchases,
) -> Exploration<AnyConnection, ShopState> {
    let backend = database.backend();
    let plan = wanted.candidate.plan;
    let coordinator = Arc::new(
        Coordinator::new(&plan, 1, 1).with_wait_hook(|place| Arc::new(VisibleWait(place))),
    );
    let (units, publishes) = (wanted.stock, wanted.scenario.publishes());
    // Bills sent, which no rollback takes back.
    let bills = Arc::new(AtomicU64::new(0));
    let none_sent = Arc::clone(&bills);
    let outcomes = BuyerOutcomes::of(wanted.sessions);
    let none_told = outcomes.clone();
    let mut first = true;
    // Our tables have no triggers that could leave anything on a connection.
    let mut exploration = Exploration::with_state(database.connector())
        .keep_connections()
        .inside(wanted.inside)
        .reset(move |connection: &mut AnyConnection| {
            none_sent.store(0, Relaxed);
            none_told.forget();
            let first = std::mem::take(&mut first);
            put_back::put_back(connection, plan.layout, units, publishes, first)
        })
        .watch(move |connection: &mut AnyConnection| {
            stock::left_in(connection, plan.layout).map(|stocks| ShopState {
                stock: stocks[0].1,
                sales: None,
            })
        })
        .footprints(move |statement, done| footprint(backend, &plan, statement, done))
        // The program shows its own.
        .progress_after(Duration::MAX);
    if backend == Backend::Postgres {
        exploration = exploration.multiversion();
    }
    for key in 1..=wanted.sessions {
        let buyer = buyer::buyer(wanted, key, &coordinator, &bills, &outcomes);
        exploration = exploration.session_that_tells(buyer);
    }
    let wanted = wanted.clone();
    exploration.inspect(move |connection, endings| {
        let outcomes = outcomes.given(endings);
        inspect::inspect(connection, &wanted, &outcomes, bills.load(Relaxed))
    })
}

/// Shows the scheduler who waits for a lock of this process's.
#[derive(Debug)]
struct VisibleWait(&'static str);

impl WaitHook for VisibleWait {
    fn wait(&self, item: i64, try_take: &mut dyn FnMut() -> bool) {
        take_lock(&self.name(item), || try_take().then_some(()));
    }

    fn arrives(&self, item: i64) {
        act(&format!("join {}", self.name(item)));
        note("in line");
    }

    fn released(&self, item: i64) {
        gave_lock_back(&self.name(item));
    }
}

impl VisibleWait {
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
