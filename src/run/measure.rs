//! One measurement: warm up, start over, hammer, and audit what is left.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Request, Shop};
use crate::audit::{Books, Effects, Outcomes, Stock, Violations, audit};
use crate::db::pool;
use crate::event::{Event, Observer, What, now_us};
use crate::gateway::Gateway;
use crate::hammer::{Ending, Job, Measurement, Progress, Record, Share, hammer};
use crate::load::Load;
use crate::purchase::was_carried_out;
use crate::servers::{self, Observed, ServerTally};
use crate::strategy::Delivery;

/// How often to ask what a killed server has left behind before leaving it to the audit.
const LOOK_UPS: u32 = 20;

/// How long after its last answer a server that marks first has marked the next invoice, and
/// still prepares the bill (`--hold`).
const PREPARING: Duration = Duration::from_millis(10);

/// What one measurement found.
#[derive(Debug)]
pub struct Measured {
    /// What the buyers were told.
    pub record: Record,
    /// From the common start to the end of the last order.
    pub elapsed: Duration,
    /// What this process has used of the processors meanwhile; zero for buyers in others.
    pub cpu: Duration,
    /// Whether it was ended early from outside.
    pub interrupted: bool,
    /// Why it ended early by itself.
    pub gone: Option<String>,
    /// Whether a server was to be killed, and had done its work before its time came.
    pub not_killed: bool,
    /// How the orders ended.
    pub outcomes: Outcomes,
    /// Where the units went.
    pub stock: Stock,
    /// What is wrong.
    pub violations: Violations,
    /// Units truly sold.
    pub truly_sold: i64,
    /// Events that the sales left; `None` where the story has none.
    pub events_published: Option<u64>,
    /// What happened outside the database, if anything could.
    pub effects: Option<Effects>,
    /// What each server did.
    pub servers: Vec<ServerTally>,
    /// What happened, moment by moment, where that was asked for.
    pub events: Vec<Event>,
}

impl Measured {
    /// Attempts that met another buyer, by the name of the cause.
    pub fn conflicts(&self) -> BTreeMap<&'static str, u64> {
        let conflicts = self.record.conflicts.iter();
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
        if !request.load.warm_up.is_zero() {
            self.warm_up(request, stop)?;
        }
        self.restart_in(request.contender.plan.layout, &request.load)?;
        let gateway = match request.scenario.bills() {
            true => Some(Gateway::open(request.billing.latency)?),
            false => None,
        };
        let observed = self.observe(request, gateway.as_ref(), stop, progress)?;
        self.wait_for_what_is_under_way(&observed.measurement.record);
        let told = &observed.measurement.record.told;
        let books = self
            .look_after(|connection| Books::read(connection, told))
            .with_context(|| {
                let gone = observed.measurement.gone.as_deref();
                let gone = gone.unwrap_or("the run is over");
                format!("{gone}, and there is no result without an audit")
            })?;
        Ok(conclude(request, observed, gateway.as_ref(), &books))
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
        self.restart_in(request.contender.plan.layout, &warm_up.load)?;
        self.observe(&warm_up, None, stop, &Progress::default())
            .map(drop)
    }

    /// Has the buyers at work, in this process or in others.
    fn observe(
        &mut self,
        request: &Request,
        gateway: Option<&Gateway>,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<Observed> {
        let diary = Diary::default();
        let idempotent = request.billing.idempotent;
        let access = gateway.map(|gateway| gateway.access(idempotent));
        let job = Job {
            plan: request.contender.plan,
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
            return servers::run(
                servers,
                self.database,
                job,
                request.events,
                &is_in_the_middle,
                stop,
                progress,
            );
        }
        let pool = pool::open(self.database, request.load.pool)?;
        let measurement = hammer(&pool, job, stop, progress)?;
        Ok(Observed {
            measurement,
            servers: Vec::new(),
            events: diary.0.into_inner().unwrap_or_else(PoisonError::into_inner),
            killed: false,
        })
    }

    /// A COMMIT that a killed server has sent may still be at work when the others are done.
    /// Whoever asks for the order's key waits for it.
    pub(super) fn wait_for_what_is_under_way(&mut self, record: &Record) {
        for basket in record.told.ended(Ending::Unknown) {
            for _ in 0..LOOK_UPS {
                if was_carried_out(&mut self.connection, &basket).is_ok() {
                    break;
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// Holds what was told against what is there.
pub(super) fn conclude(
    request: &Request,
    observed: Observed,
    gateway: Option<&Gateway>,
    books: &Books,
) -> Measured {
    let Observed {
        measurement,
        mut servers,
        events,
        killed,
    } = observed;
    let Measurement {
        record,
        elapsed,
        cpu,
        interrupted,
        gone,
    } = measurement;
    let mut found = audit(request.scenario, &request.load, &record.told, books);
    let effects = gateway.map(|gateway| {
        let calls = gateway.calls();
        for server in &mut servers {
            let own = |call: &&_| is_billed_by(call, server.server);
            server.billed = calls.iter().filter(own).count() as u64;
        }
        let plan = &request.contender.plan;
        let effects = Effects::of(&calls, books, plan.delivery(request.billing.idempotent));
        effects.blame(&mut found.violations);
        effects
    });
    let kill = request.servers.as_ref().and_then(|servers| servers.kill);
    Measured {
        record,
        elapsed,
        cpu,
        interrupted,
        gone,
        not_killed: kill.is_some() && !killed,
        outcomes: found.outcomes,
        stock: found.stock,
        violations: found.violations,
        truly_sold: found.truly_sold,
        events_published: request.scenario.publishes().then_some(books.events.count()),
        effects,
        servers,
        events,
    }
}

fn is_billed_by(call: &crate::gateway::Call, server: u32) -> bool {
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
