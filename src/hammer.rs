//! Many buyers at once: threads, one start, retries, and a record of what each was told.
//!
//! Each thread of a pool of its own runs one buyer. No rayon call is made while a connection,
//! a transaction or a guard is held: a waiting worker would steal another purchase onto its
//! own stack and block on its own row lock.

mod backoff;
mod connections;
pub mod event;
pub mod gateway;
mod job;
mod order_outcomes;
mod outcome;
mod progress;
mod record;
pub mod servers;
mod source;
mod task;
mod time_breakdown;
mod worker;

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32};
use std::sync::{Barrier, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

pub use job::{Job, Share};
pub use order_outcomes::{OrderOutcomes, Wishes};
pub use outcome::{OrderResult, Outcome};
pub use progress::Progress;
pub use record::{Latencies, Record};
pub use time_breakdown::TimeBreakdown;

use crate::db::Pool;
use crate::model::order::Orders;
use crate::purchase::coordinator::Coordinator;
use crate::system::processor;
use connections::Connections;
use crossbeam_utils::CachePadded;
use event::Event;
use servers::ServerTally;
use worker::Worker;

/// What all buyers of a run share. Only the counter is written to on the way, once an order.
struct Shared<'a> {
    job: Job<'a>,
    orders: Orders,
    coordinator: Coordinator,
    /// The index of the next order of this process, from 0 up.
    next: CachePadded<AtomicI64>,
    /// Deliveries that have not ended yet, where their number is known.
    restocks_left: AtomicI64,
    /// Which items are known to be sold out for good, where the run ends with that.
    emptied: Vec<AtomicBool>,
    start: Barrier,
    started: OnceLock<Instant>,
    /// Set from outside to end the run early.
    stop: &'a AtomicBool,
    /// Why the run cannot go on, once a buyer has found that the database is gone or of no use.
    gone: OnceLock<String>,
    /// Orders that failed since one last did not.
    failures: AtomicU32,
    progress: &'a Progress,
}

/// What a run of the hammer brought.
#[derive(Debug)]
pub struct Measurement {
    /// What the buyers were told, and how long it took.
    pub record: Record,
    /// From the common start to the end of the last order.
    pub elapsed: Duration,
    /// What this process has used of the processors meanwhile; zero for buyers in others.
    pub cpu: Duration,
    /// Whether it was ended early from outside.
    pub interrupted: bool,
    /// Why it ended early by itself: the database's last words.
    pub gone: Option<String>,
    /// What each server did; none where the buyers were in this process.
    pub servers: Vec<ServerTally>,
    /// Whether the server that was to be killed was.
    pub killed: bool,
    /// What happened, in the order in which it did, where several servers were to tell.
    pub events: Vec<Event>,
}

/// Lets the job's buyers loose on the shop, and gathers what they were told.
///
/// The connections are taken before the common start, so that no buyer begins while another
/// is still connecting.
///
/// # Errors
/// The threads could not be started, or the pool gives no connection.
pub fn hammer(
    pool: &Pool,
    job: Job<'_>,
    stop: &AtomicBool,
    progress: &Progress,
) -> Result<Measurement> {
    let load = job.load;
    let threads = load.threads as usize;
    // No two processes begin with the same processor.
    let before = usize::try_from(job.share.process - 1).unwrap_or(0) * threads;
    let pin = load.pin;
    let workers = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .start_handler(move |index| {
            if pin {
                processor::keep_to_one(before + index);
            }
        })
        .thread_name(|index| format!("buyer-{}", index + 1))
        .build()
        .with_context(|| format!("cannot start {threads} threads"))?;
    let connections = Connections::for_each_buyer(pool, load)?;
    let orders = Orders::new(load);
    let shared = Shared {
        job,
        restocks_left: AtomicI64::new(orders.restocks()),
        orders,
        coordinator: Coordinator::new(&job.plan, load.items, load.slots),
        next: CachePadded::new(AtomicI64::new(0)),
        emptied: (0..if load.until_empty { load.items } else { 0 })
            .map(|_| AtomicBool::new(false))
            .collect(),
        start: Barrier::new(threads),
        started: OnceLock::new(),
        stop,
        gone: OnceLock::new(),
        failures: AtomicU32::new(0),
        progress,
    };
    let used = processor::time_used();
    let (records, ends): (Vec<Record>, Vec<Instant>) = workers
        .broadcast(|buyer| {
            let index = buyer.index();
            Worker::new(&shared, index, connections.of(index)).work()
        })
        .into_iter()
        .unzip();
    let started = shared.started.get().copied();
    let ended = ends.into_iter().max();
    Ok(Measurement {
        record: Record::merge(records),
        elapsed: started
            .zip(ended)
            .map_or(Duration::ZERO, |(from, to)| to - from),
        cpu: processor::time_used().saturating_sub(used),
        interrupted: stop.load(std::sync::atomic::Ordering::Relaxed),
        gone: shared.gone.into_inner(),
        servers: Vec::new(),
        killed: false,
        events: Vec::new(),
    })
}
