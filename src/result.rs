//! The result of a run, in the shape of its JSON.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::audit::{Effects, Outcomes, Stock, Violations};
use crate::ceiling::Ceiling;
use crate::contender::Contender;
use crate::db::Description;
use crate::event::Event;
use crate::exit::Exit;
use crate::hammer::Latencies;
use crate::load::Load;
use crate::scenario::Scenario;
use crate::servers::ServerTally;
use crate::strategy::Promise;
use crate::verdict::Verdict;

/// The name and version of the JSON of a run. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.run/1";

/// All that is known of a run.
#[derive(Clone, Debug, Serialize)]
pub struct RunResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What was put to the test.
    pub strategy: Contender,
    /// In which story.
    pub scenario: Scenario,
    /// On which database.
    pub database: Description,
    /// How hard.
    pub load: Load,
    /// How the orders ended.
    pub outcomes: Outcomes,
    /// Where the units went.
    pub stock: Stock,
    /// What was wrong.
    pub violations: Violations,
    /// What it amounts to.
    pub verdict: Verdict,
    /// Why the verdict is inconclusive.
    pub reason: Option<String>,
    /// What was promised; `null` where nothing is.
    pub promise: Option<Promise>,
    /// How naive fared under the same load; `null` where it was not tried.
    pub control: Option<Control>,
    /// Attempts, the first ones included.
    pub attempts: u64,
    /// Attempts that met another buyer, by cause.
    pub conflicts: BTreeMap<&'static str, u64>,
    /// Errors that ended an order, by their text.
    pub errors: BTreeMap<String, u64>,
    /// From the common start to the end of the last order, in seconds.
    pub elapsed_s: f64,
    /// Units truly sold per second.
    pub goodput_per_s: f64,
    /// What this server allows a hot item at the most, and how close the run came; `null` where
    /// that means nothing: see [`crate::ceiling`].
    pub ceiling: Option<Ceiling>,
    /// How long the orders took, in microseconds.
    pub latency_us: LatencyResult,
    /// How long orders waited for a connection, in microseconds; part of their latency.
    pub pool_wait_us: Distribution,
    /// Whether the run was ended early from outside.
    pub interrupted: bool,
    /// Events that sales left for other systems; `null` where the story has none.
    pub events_published: Option<u64>,
    /// What happened outside the database; `null` where nothing could.
    pub effects: Option<Effects>,
    /// What each server did; empty where there was only one process.
    pub servers: Vec<ServerTally>,
    /// What happened, moment by moment; empty unless it was asked for.
    pub events: Vec<Event>,
}

/// How the naive strategy fared under the same load.
#[derive(Clone, Debug, Serialize)]
pub struct Control {
    /// Always `naive`.
    pub strategy: String,
    /// Whether it broke, as it must for a `safe` to mean something.
    pub verdict: Verdict,
    /// What was wrong with it.
    pub violations: Violations,
}

/// Latencies by how the order ended.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LatencyResult {
    /// Carried out at the first attempt.
    pub first_try: Distribution,
    /// Carried out at a later attempt.
    pub retried: Distribution,
    /// Turned away as sold out.
    pub rejected: Distribution,
}

/// How a time is distributed, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Distribution {
    /// How many there were.
    pub count: u64,
    /// Half took no longer.
    pub p50: u64,
    /// Nine in ten took no longer.
    pub p90: u64,
    /// Ninety-nine in a hundred took no longer.
    pub p99: u64,
    /// All but one in a thousand took no longer.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

impl From<&Histogram<u64>> for Distribution {
    fn from(histogram: &Histogram<u64>) -> Self {
        Self {
            count: histogram.len(),
            p50: histogram.value_at_quantile(0.5),
            p90: histogram.value_at_quantile(0.9),
            p99: histogram.value_at_quantile(0.99),
            p999: histogram.value_at_quantile(0.999),
            max: histogram.max(),
        }
    }
}

impl From<&Latencies> for LatencyResult {
    fn from(latencies: &Latencies) -> Self {
        Self {
            first_try: Distribution::from(&latencies.first_try),
            retried: Distribution::from(&latencies.retried),
            rejected: Distribution::from(&latencies.rejected),
        }
    }
}

impl RunResult {
    /// The exit code: an oversell is only a failure where safety was promised.
    pub fn exit(&self) -> Exit {
        match (self.verdict, self.promise) {
            _ if self.interrupted => Exit::Interrupted,
            (Verdict::Unsafe, Some(promise)) if promise.is_sound() => Exit::Broken,
            (Verdict::Safe | Verdict::Unsafe, _) => Exit::Held,
            (Verdict::Inconclusive, _) => Exit::Inconclusive,
        }
    }
}
