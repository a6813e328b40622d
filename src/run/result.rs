//! The result of a run, in the shape of its JSON.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::db::Description;
use crate::hammer::Latencies;
use crate::hammer::event::Event;
use crate::hammer::servers::ServerTally;
use crate::model::candidate::Candidate;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::Promise;
use crate::model::verdict::Verdict;
use crate::run::audit::{Effects, OutcomeCounts, Stock, Violations};
use crate::run::ceiling::Ceiling;
use crate::run::durability::Durability;
use crate::system::exit::Exit;

/// The name and version of the JSON of a run. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.run/1";

/// All that is known of a run.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct RunResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What was put to the test.
    pub strategy: Candidate,
    /// In which story.
    pub scenario: Scenario,
    /// On which database.
    pub database: Description,
    /// Under which load.
    pub load: Load,
    /// How the orders ended.
    pub outcomes: OutcomeCounts,
    /// Where the units went.
    pub stock: Stock,
    /// What was wrong.
    pub violations: Violations,
    /// What the server may have lost by itself, and under which settings.
    pub durability: Durability,
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
    /// Attempts that ended in a conflict, by cause.
    pub conflicts: BTreeMap<&'static str, u64>,
    /// Errors that ended an order, by their text.
    pub errors: BTreeMap<String, u64>,
    /// The fewest attempts after which an order was given up; `None` where none was.
    #[serde(skip)]
    pub gave_up_after: Option<u32>,
    /// Why the run ended early by itself; `None` where it did not.
    #[serde(skip)]
    pub ended_early: Option<String>,
    /// From the common start to the end of the last order, in seconds.
    pub elapsed_s: f64,
    /// Units actually sold per second.
    pub goodput_per_s: f64,
    /// What this server allows a hot item at the most, and how close the run came; `null` where
    /// that means nothing.
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
    /// What happened, event by event; empty unless it was asked for.
    pub events: Vec<Event>,
}

/// How the naive strategy fared under the same load.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Control {
    /// Always `naive`.
    pub strategy: String,
    /// Whether it broke, as it must for a `safe` to mean something.
    pub verdict: Verdict,
    /// What was wrong with it.
    pub violations: Violations,
}

/// Latencies by how the order ended.
#[derive(Clone, Copy, Debug, Serialize, schemars::JsonSchema)]
pub struct LatencyResult {
    /// Completed on the first attempt.
    pub first_try: Distribution,
    /// Completed on a later attempt.
    pub retried: Distribution,
    /// Turned away as sold out.
    pub rejected: Distribution,
}

/// How a time is distributed, in microseconds.
///
/// A percentile is `null` of fewer orders than it takes for one to lie beyond it: of 50 orders
/// nobody knows what 99 in a hundred keep within.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Distribution {
    /// How many there were.
    pub count: u64,
    /// Half took no longer.
    pub p50: Option<u64>,
    /// Nine in ten took no longer.
    pub p90: Option<u64>,
    /// Ninety-nine in a hundred took no longer.
    pub p99: Option<u64>,
    /// All but one in a thousand took no longer.
    pub p999: Option<u64>,
    /// The longest.
    pub max: u64,
}

impl From<&Histogram<u64>> for Distribution {
    fn from(histogram: &Histogram<u64>) -> Self {
        Self {
            count: histogram.len(),
            p50: all_but_one_in(2, histogram),
            p90: all_but_one_in(10, histogram),
            p99: all_but_one_in(100, histogram),
            p999: all_but_one_in(1_000, histogram),
            max: histogram.max(),
        }
    }
}

/// What all but one in so many took no longer than: the 99th percentile is all but one in 100.
/// `None` of fewer than that.
pub(crate) fn all_but_one_in(many: u64, histogram: &Histogram<u64>) -> Option<u64> {
    let share = 1.0 - 1.0 / many.max(1) as f64;
    (histogram.len() >= many).then(|| histogram.value_at_quantile(share))
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
        self.verdict.exit(self.promise, self.interrupted)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_takes_as_many_orders_as_lie_before_the_one_beyond_it() {
        let mut histogram = Histogram::new(3).unwrap();
        let known = |histogram: &Histogram<u64>| {
            let Distribution {
                p50,
                p90,
                p99,
                p999,
                ..
            } = Distribution::from(histogram);
            [p50, p90, p99, p999].iter().flatten().count()
        };
        assert_eq!(known(&histogram), 0);
        for (orders, percentiles) in [
            (1, 0),
            (2, 1),
            (9, 1),
            (10, 2),
            (99, 2),
            (100, 3),
            (999, 3),
            (1_000, 4),
        ] {
            while histogram.len() < orders {
                histogram.record(histogram.len() + 1).unwrap();
            }
            assert_eq!(known(&histogram), percentiles, "{orders} orders");
        }
        assert_eq!(Distribution::from(&histogram).p90, Some(900));
    }
}
