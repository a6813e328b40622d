//! One run from an empty shop to a verdict: reset, warm up, hammer, audit, and the control.

mod measure;
mod request;
mod round;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use diesel::r2d2::R2D2Connection;

pub use measure::Measured;
pub use request::{Billing, Request};
pub use round::{Overheard, RoundMeasured};

use crate::ceiling::{self, Ceiling, Costs};
use crate::db::reservation::Reservation;
use crate::db::{AnyConnection, Database, Description, migration};
use crate::hammer::Progress;
use crate::load::Load;
use crate::result::{Control, Distribution, LatencyResult, RunResult, SCHEMA};
use crate::strategy::{Layout, Promise, Strategy};
use crate::verdict::{Evidence, Verdict};
use crate::{ledger, outbox, stock};

/// The longest a control runs where the time and not the number of orders decides.
const LONGEST_CONTROL: Duration = Duration::from_secs(2);

/// How long a server may take to come back, or to let go of what a lost session of ours held.
const RELEASE: Duration = Duration::from_secs(5);

/// Our tables in a database, reserved for us and ready to be sold from.
pub struct Shop<'a> {
    database: &'a Database,
    /// Also holds the reservation, and so is never lent.
    connection: AnyConnection,
    reservation: Reservation,
}

impl<'a> Shop<'a> {
    /// Takes the tables of `database` for ourselves, making them where they are missing.
    ///
    /// # Errors
    /// Another lockbench has them, or the database does not let us make them.
    pub fn open(database: &'a Database) -> Result<Self> {
        let (mut connection, reservation) = take_charge(database)?;
        migration::run(&mut connection)?;
        Ok(Self {
            database,
            connection,
            reservation,
        })
    }

    /// Does something with the tables that can be done twice. Our session may have been lost
    /// with those of the buyers, and our right to the tables with it: both are then taken again.
    fn look_after<T>(&mut self, work: impl Fn(&mut AnyConnection) -> Result<T>) -> Result<T> {
        match work(&mut self.connection) {
            Err(_) if self.connection.ping().is_err() => {}
            outcome => return outcome,
        }
        let deadline = Instant::now() + RELEASE;
        loop {
            match take_charge(self.database) {
                Ok((connection, reservation)) => {
                    self.connection = connection;
                    self.reservation = reservation;
                    return work(&mut self.connection);
                }
                Err(error) if Instant::now() > deadline => return Err(error),
                Err(_) => thread::sleep(RELEASE / 20),
            }
        }
    }

    /// The connection that looks after the tables.
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
        Description::of(self.database, &mut self.connection)
    }

    /// Starts over: items as `load` wants them, one row each, and an empty ledger.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn restart(&mut self, load: &Load) -> Result<()> {
        self.restart_in(Layout::OneRow, load)
    }

    /// The same in that layout.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn restart_in(&mut self, layout: Layout, load: &Load) -> Result<()> {
        self.look_after(|connection| {
            ledger::clear(connection)
                .and_then(|()| outbox::clear(connection))
                .and_then(|()| stock::restart(connection, layout, load.items, load.stock))
                .context("the items could not be put up for sale")
        })
    }

    /// Runs what is asked for, until it is done or `stop` is set.
    ///
    /// # Errors
    /// The database cannot be used, or its tables not be read afterwards: a run that cannot be
    /// audited has no result.
    pub fn run(
        &mut self,
        request: &Request,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<RunResult> {
        let description = self.description()?;
        let promise = request.promise(description.engine());
        let costs = self.costs(request)?;
        let measured = self.measure(request, stop, progress)?;
        let mut evidence = Evidence {
            violated: measured.violations.any(),
            promise,
            interrupted: measured.interrupted,
            gone: measured.gone.as_deref(),
            anything_done: measured.outcomes.sold + measured.outcomes.restocked > 0,
            not_killed: measured.not_killed,
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
        let elapsed_s = measured.elapsed.as_secs_f64();
        Ok(RunResult {
            schema: SCHEMA,
            strategy: request.contender.clone(),
            scenario: request.scenario,
            database: description,
            load: request.load.clone(),
            outcomes: measured.outcomes,
            stock: measured.stock,
            violations: measured.violations,
            verdict,
            reason,
            promise,
            control,
            attempts: measured.record.attempts,
            conflicts: measured.conflicts(),
            elapsed_s,
            goodput_per_s: if elapsed_s > 0.0 {
                measured.truly_sold as f64 / elapsed_s
            } else {
                0.0
            },
            ceiling: costs
                .filter(|_| verdict == Verdict::Safe)
                .and_then(|costs| {
                    Ceiling::of(&costs, request, &measured.outcomes, measured.elapsed)
                }),
            latency_us: LatencyResult::from(&measured.record.latencies),
            pool_wait_us: Distribution::from(&measured.record.latencies.pool_wait),
            interrupted,
            errors: measured.record.errors,
            events_published: measured.events_published,
            effects: measured.effects,
            servers: measured.servers,
            events: measured.events,
        })
    }

    /// What the server and the way to it cost, where that limits the run: see [`ceiling`].
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn costs(&mut self, request: &Request) -> Result<Option<Costs>> {
        if !ceiling::is_meant_for(request, self.database.backend()) {
            return Ok(None);
        }
        self.restart(&request.load)?;
        Costs::measure(self.database, &mut self.connection).map(Some)
    }

    /// Naive under the same load; `None` when it was interrupted.
    fn control(&mut self, request: &Request, stop: &AtomicBool) -> Result<Option<Control>> {
        let naive = Request {
            contender: Strategy::Naive.into(),
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
            strategy: naive.contender.name,
            verdict: if measured.violations.any() {
                Verdict::Unsafe
            } else {
                Verdict::Inconclusive
            },
            violations: measured.violations,
        }))
    }
}

/// Opens the session that looks after the tables, with the sole right to them.
fn take_charge(database: &Database) -> Result<(AnyConnection, Reservation)> {
    let mut connection = database.connect()?;
    connection.lift_time_limits()?;
    let reservation = Reservation::take(database, &mut connection)?;
    Ok((connection, reservation))
}

/// A control backs a "safe", and nothing else.
fn needs_control(evidence: &Evidence<'_>) -> bool {
    evidence.promise != Some(Promise::Unsafe) && evidence.verdict().0 == Verdict::Safe
}
