//! One measurement: warm up, start over, hammer, and audit what is left.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use diesel::r2d2::R2D2Connection;

use super::{Request, Shop};
use crate::db::Pool;
use crate::hammer::event::{Event, Observer, What};
use crate::hammer::gateway::Gateway;
use crate::hammer::servers;
use crate::hammer::{Job, Measurement, Outcome, Progress, Record, Share, hammer};
use crate::model::load::Load;
use crate::model::strategy::Delivery;
use crate::purchase::was_carried_out;
use crate::run::audit::{Audit, Books, Effects, audit};
use crate::run::durability::{Durability, Lasting};
use crate::system::clock::now_us;

/// How often to ask what a killed server has left behind before leaving it to the audit.
const LOOK_UPS: u32 = 20;

/// How long after its last answer a server that marks first has marked the next invoice, and
/// still prepares the bill (`--hold`).
const PREPARING: Duration = Duration::from_millis(10);

/// What one audited measurement found.
#[derive(Debug)]
pub struct Measured {
    /// What the buyers brought.
    pub measurement: Measurement,
    /// What that amounts to, held against the database.
    pub audit: Audit,
    /// What the server lost, and may lose.
    pub durability: Durability,
    /// Whether a server was to be killed, and had done its work before its time came.
    pub not_killed: bool,
    /// Events that the sales left; `None` where the story has none.
    pub events_published: Option<u64>,
    /// What happened outside the database, if anything could.
    pub effects: Option<Effects>,
}

impl Measured {
    /// Attempts that met another buyer, by the name of the cause.
    pub fn conflicts(&self) -> BTreeMap<&'static str, u64> {
        let conflicts = self.measurement.record.conflicts.iter();
        conflicts
            .map(|(conflict, count)| (conflict.name(), *count))
            .collect()
    }
}

impl Shop<'_> {
    /// Warms up, starts over, hammers, and audits what is left.
    pub(super) fn measure(
        &mut self,
        request: &Request,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<Measured> {
        self.ready_for(&request.candidate.plan)?;
        if !request.load.warm_up.is_zero() {
            self.warm_up(request, stop)?;
        }
        self.audited(None, request, stop, progress)
    }

    /// Starts over, hammers over the connections of `pool` or its own, and holds what was told
    /// against what is there.
    pub(super) fn audited(
        &mut self,
        pool: Option<&Pool>,
        request: &Request,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<Measured> {
        self.restart_in(request.candidate.plan.layout, &request.load)?;
        let gateway = match request.scenario.bills() {
            true => Some(Gateway::open(request.billing.latency)?),
            false => None,
        };
        let measurement = self.observe(pool, request, gateway.as_ref(), stop, progress)?;
        self.wait_for_what_is_under_way(&measurement.record);
        let (items, told) = (request.load.items, &measurement.record.told);
        let (books, lasting) = self.books(items, told).with_context(|| {
            let gone = measurement.gone.as_deref();
            let gone = gone.unwrap_or("the run is over");
            format!("{gone}, and there is no result without an audit")
        })?;
        Ok(conclude(
            request,
            measurement,
            gateway.as_ref(),
            &books,
            lasting,
        ))
    }

    /// The same load for a while, without a look at what comes of it.
    fn warm_up(&mut self, request: &Request, stop: &AtomicBool) -> Result<()> {
        let warm_up = Request {
            load: Load {
                orders: None,
                duration: Some(request.load.warm_up),
                until_empty: false,
                ..request.load.clone()
            },
            events: false,
            ..request.clone()
        };
        self.restart_in(request.candidate.plan.layout, &warm_up.load)?;
        self.observe(None, &warm_up, None, stop, &Progress::default())
            .map(drop)
    }

    /// Has the buyers at work, in this process or in others.
    fn observe(
        &mut self,
        pool: Option<&Pool>,
        request: &Request,
        gateway: Option<&Gateway>,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<Measurement> {
        let diary = Diary::default();
        let idempotent = request.billing.idempotent;
        let access = gateway.map(|gateway| gateway.access(idempotent));
        let job = Job {
            plan: request.candidate.plan,
            scenario: request.scenario,
            load: &request.load,
            server: 0,
            share: Share::ALL,
            outside: access.as_ref(),
            observer: request.events.then_some(&diary as &dyn Observer),
            restocked: None,
        };
        if let Some(servers) = &request.servers {
            // The worst moment: what is billed is not marked yet, or what is marked not billed.
            let bills_first = job.plan.delivery(idempotent) != Delivery::AtMostOnce;
            let is_in_the_middle = |server| match gateway {
                Some(gateway) if bills_first => gateway.is_serving(server),
                Some(gateway) => gateway
                    .silence_of(server)
                    .is_some_and(|time| time > request.billing.latency + PREPARING),
                None => true,
            };
            return self.while_ours(stop, |stop| {
                servers::run(
                    servers,
                    self.database,
                    job,
                    request.events,
                    &is_in_the_middle,
                    stop,
                    progress,
                )
            });
        }
        let pool = match pool {
            Some(pool) => pool.clone(),
            None => self.pool(request.load.pool)?,
        };
        let mut measurement = self.while_ours(stop, |stop| hammer(&pool, job, stop, progress))?;
        measurement.events = diary.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(measurement)
    }

    /// A COMMIT that a killed server has sent may still be at work when the others are done.
    /// Whoever asks for the order's key waits for it.
    pub(super) fn wait_for_what_is_under_way(&mut self, record: &Record) {
        for basket in record.told.ended(Outcome::Unknown) {
            for _ in 0..LOOK_UPS {
                let asked = self.look_after(|connection| {
                    was_carried_out(connection, &basket).map_err(|_| anyhow!("not yet"))
                });
                if asked.is_ok() {
                    break;
                }
                // It had its time to come back: the next order would wait as long in vain.
                if self.connection.ping().is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// Holds what was told against what is there.
fn conclude(
    request: &Request,
    mut measurement: Measurement,
    gateway: Option<&Gateway>,
    books: &Books,
    lasting: Lasting,
) -> Measured {
    let told = &measurement.record.told;
    let mut audit = audit(request.scenario, &request.load, told, books);
    let effects = gateway.map(|gateway| {
        let calls = gateway.calls();
        for server in &mut measurement.servers {
            let own = |call: &&_| is_billed_by(call, server.server);
            server.billed = calls.iter().filter(own).count() as u64;
        }
        let plan = &request.candidate.plan;
        let effects = Effects::of(&calls, books, plan.delivery(request.billing.idempotent));
        effects.blame(&mut audit.violations);
        effects
    });
    let durability = Durability::take_from(&mut audit.violations, &request.candidate.plan, lasting);
    let kill = request.servers.as_ref().and_then(|servers| servers.kill);
    Measured {
        not_killed: kill.is_some() && !measurement.killed,
        measurement,
        audit,
        durability,
        events_published: request.scenario.publishes().then_some(books.events.count()),
        effects,
    }
}

fn is_billed_by(call: &crate::hammer::gateway::Call, server: u32) -> bool {
    call.billed && call.server == server
}

/// Writes down what happens in this process.
#[derive(Default)]
struct Diary(Mutex<Vec<Event>>);

impl Observer for Diary {
    fn see(&self, buyer: u32, what: What) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(Event {
            at_us: now_us(),
            server: 0,
            buyer,
            what,
        });
    }
}
