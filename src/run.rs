//! One run from an empty shop to a verdict: reset, warm up, hammer, audit, and the control.

pub mod audit;
pub mod ceiling;
mod charge;
pub mod durability;
mod measure;
mod request;
pub mod result;
mod round;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

#[doc(hidden)]
pub use measure::Measured;
pub use request::{Billing, Request};
#[doc(hidden)]
pub use round::{Overheard, RoundMeasured};

pub use crate::hammer::Progress;

use crate::db::reservation::Reservation;
use crate::db::{AnyConnection, Database, Description, Endurance, Pool, migration, pool, table};
use crate::model::load::Load;
use crate::model::strategy::{Dispatch, Layout, Plan, Promise, Strategy};
use crate::model::verdict::{Evidence, Verdict};
use crate::tables::occupant::Occupant;
use crate::tables::{ledger, outbox, stock};
use ceiling::{Ceiling, Costs};
use result::{Control, Distribution, LatencyResult, RunResult, SCHEMA};

/// The longest a control runs where the time and not the number of orders decides.
const LONGEST_CONTROL: Duration = Duration::from_secs(2);

/// Our tables in a database, reserved for us and ready to be sold from.
pub struct Shop<'a> {
    database: &'a Database,
    /// Never lent.
    connection: AnyConnection,
    reservation: Reservation,
    occupant: Occupant,
    /// The connections of the last buyers, for the next ones.
    pool: Option<Pool>,
    /// What the server said of itself when the items were last put up for sale.
    opened: Option<Endurance>,
}

impl<'a> Shop<'a> {
    /// The connection that looks after the tables.
    #[doc(hidden)]
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    /// Where the tables are.
    pub fn database(&self) -> &'a Database {
        self.database
    }

    /// What the database that the tables are in says of itself.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn description(&mut self) -> Result<Description> {
        let database = self.database;
        self.look_after(|connection| Description::of(database, connection))
    }

    /// Starts over: items as `load` wants them, one row each, and an empty ledger.
    ///
    /// # Errors
    /// Whatever the database answers.
    #[doc(hidden)]
    pub fn restart(&mut self, load: &Load) -> Result<()> {
        self.restart_in(Layout::OneRow, load)
    }

    /// So many connections for buyers, each with a session like new: those of the last buyers,
    /// where they can be made so.
    ///
    /// # Errors
    /// The database gives fewer, in its own words.
    fn pool(&mut self, size: u32) -> Result<Pool> {
        let last = self.pool.take().filter(|last| last.max_size() == size);
        let pool = match last.filter(|last| pool::renew(self.database, last)) {
            Some(renewed) => renewed,
            None => pool::open(self.database, size)?,
        };
        self.pool = Some(pool.clone());
        Ok(pool)
    }

    /// Makes what only some strategies need, and not every user may make.
    ///
    /// # Errors
    /// The database does not let us, in its own words and with what to grant.
    #[doc(hidden)]
    pub fn ready_for(&mut self, plan: &Plan) -> Result<()> {
        match plan.dispatch {
            Dispatch::Procedure => self.look_after(migration::make_procedure),
            Dispatch::Statements | Dispatch::Combined => Ok(()),
        }
    }

    /// The same in that layout.
    ///
    /// # Errors
    /// Whatever the database answers.
    #[doc(hidden)]
    pub fn restart_in(&mut self, layout: Layout, load: &Load) -> Result<()> {
        let occupant = self.occupant;
        let opened = self.look_after(|connection| {
            // After a lost session they may be another's.
            occupant.see_that_it_was_alone(connection)?;
            let start_over = |connection: &mut AnyConnection| {
                ledger::clear(connection)?;
                outbox::clear(connection)?;
                stock::restart(connection, layout, load.items, load.stock)
            };
            table::together(connection, start_over)
                .context("the items could not be put up for sale")?;
            Ok(Endurance::of(connection))
        })?;
        self.opened = Some(opened);
        Ok(())
    }

    /// Runs what is asked for, until it is done or `stop` is set.
    ///
    /// # Errors
    /// It [makes no sense](Request::check), the database cannot be used, or its tables not be read
    /// afterwards: a run that cannot be audited has no result.
    pub fn run(
        &mut self,
        request: &Request,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<RunResult> {
        request.check(self.database.backend())?;
        let outcome = self.run_to_the_end(request, stop, progress);
        self.or_what_is_behind(outcome)
    }

    fn run_to_the_end(
        &mut self,
        request: &Request,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<RunResult> {
        let description = self.description()?;
        let promise = request.promise(description.engine());
        let costs = self.costs(request)?;
        let measured = self.measure(request, stop, progress)?;
        let (measurement, audit) = (&measured.measurement, measured.audit);
        let lost = measured.durability.sentence(&request.scenario.words());
        let mut evidence = Evidence {
            violated: audit.violations.any(),
            promise,
            interrupted: measurement.interrupted,
            gone: measurement.gone.as_deref(),
            anything_done: audit.outcomes.sold + audit.outcomes.restocked > 0,
            not_killed: measured.not_killed,
            lost: lost.as_deref(),
            risked: request.risks_harm(),
            control_broke: None,
        };
        let control = if request.control && needs_control(&evidence) {
            self.control(request, stop)?
        } else {
            None
        };
        evidence.control_broke = control
            .as_ref()
            .map(|control| control.verdict == Verdict::Unsafe);
        // Also set by whoever lost patience with the control.
        evidence.interrupted = stop.load(Ordering::Relaxed);
        let (verdict, reason) = evidence.verdict();
        let interrupted = evidence.interrupted;
        let conflicts = measured.conflicts();
        let measurement = measured.measurement;
        let record = measurement.record;
        let elapsed_s = measurement.elapsed.as_secs_f64();
        Ok(RunResult {
            schema: SCHEMA,
            strategy: request.candidate.clone(),
            scenario: request.scenario,
            database: description,
            load: request.load.clone(),
            outcomes: audit.outcomes,
            stock: audit.stock,
            violations: audit.violations,
            durability: measured.durability,
            verdict,
            reason,
            promise,
            control,
            attempts: record.attempts,
            conflicts,
            elapsed_s,
            goodput_per_s: if elapsed_s > 0.0 {
                audit.truly_sold as f64 / elapsed_s
            } else {
                0.0
            },
            ceiling: costs
                .filter(|_| verdict == Verdict::Safe)
                .and_then(|costs| {
                    Ceiling::of(&costs, request, &audit.outcomes, measurement.elapsed)
                }),
            latency_us: LatencyResult::from(&record.latencies),
            pool_wait_us: Distribution::from(&record.latencies.pool_wait),
            interrupted,
            errors: record.errors,
            gave_up_after: record.gave_up_after,
            ended_early: measurement.gone,
            events_published: measured.events_published,
            effects: measured.effects,
            servers: measurement.servers,
            events: measurement.events,
        })
    }

    /// What the server and the way to it cost, where that limits the run: see [`ceiling`].
    ///
    /// # Errors
    /// Whatever the database answers.
    #[doc(hidden)]
    pub fn costs(&mut self, request: &Request) -> Result<Option<Costs>> {
        if !ceiling::is_meant_for(request, self.database.backend()) {
            return Ok(None);
        }
        self.restart(&request.load)?;
        let costs = Costs::measure(self.database, &mut self.connection);
        self.or_what_is_behind(costs.map(Some))
    }

    /// Naive under the same load; `None` when it was interrupted.
    fn control(&mut self, request: &Request, stop: &AtomicBool) -> Result<Option<Control>> {
        let naive = Request {
            candidate: Strategy::Naive.into(),
            load: Load {
                duration: request.load.duration.map(|time| time.min(LONGEST_CONTROL)),
                warm_up: Duration::ZERO,
                ..request.load.clone()
            },
            // Without the cure, whose worth it is to show.
            billing: Billing {
                idempotent: false,
                ..request.billing
            },
            events: false,
            ..request.clone()
        };
        let measured = self.measure(&naive, stop, &Progress::default())?;
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        Ok(Some(Control {
            strategy: naive.candidate.name,
            verdict: if measured.audit.violations.any() {
                Verdict::Unsafe
            } else {
                Verdict::Inconclusive
            },
            violations: measured.audit.violations,
        }))
    }
}

/// A control backs a "safe", and nothing else.
fn needs_control(evidence: &Evidence<'_>) -> bool {
    evidence.promise != Some(Promise::Unsafe) && evidence.verdict().0 == Verdict::Safe
}
