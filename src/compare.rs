//! Which strategy is fastest among those that are right, with error bars.
//!
//! Each round runs every candidate once under exactly the same load, in an order shuffled anew, so
//! that whatever drifts hits all alike; the ratio of two is taken from the rounds, pair by pair.
//! Every round is audited, and so is a trial before it that sells out. Whoever is wrong once is
//! ranked no more. docs/compare.md says what the numbers mean.

pub mod advise;
mod baseline;
mod compared_candidate;
mod course;
mod judgement;
mod latency;
mod pace;
mod point;
mod progress;
mod ranking;
mod result;
mod standing;
pub mod statistics;
pub mod sweep;
mod tally;
mod time;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::Result;

pub use baseline::{Baseline, BaselineError};
pub use compared_candidate::{CandidateError, ComparedCandidate};
pub use judgement::{Judged, Judgement, Verdict};
pub use latency::{Percentile, SoldLatency};
pub use pace::Timing;
pub use progress::RoundProgress;
pub use result::{
    CompareResult, Comparison, Completeness, Conditions, ControlTally, Refused, SCHEMA,
};
pub use standing::{Round, Standing, StandingLatency};
pub use time::TimeShares;

pub(crate) use course::Course;
pub(crate) use pace::Pace;
#[cfg(test)]
pub(crate) use ranking::ranked_fixture;
pub(crate) use ranking::ratio;
#[cfg(test)]
pub(crate) use standing::fixture;

use crate::db::Backend;
use crate::model::invalid_request::InvalidRequest;
use crate::model::load::Load;
use crate::run::Shop;

/// What to compare.
#[derive(Clone, Debug)]
pub struct CompareRequest {
    /// Those that are compared; no two have the same label.
    pub candidates: Vec<ComparedCandidate>,
    /// The label of the one that the others are measured by; `None`: pessimistic where it is
    /// ranked, else the first that is.
    pub reference: Option<String>,
    /// How hard; the seed of the first round, which each further round raises by one.
    pub load: Load,
    /// Whether to see to it that naive breaks under the same load.
    pub control: bool,
    /// How narrow the interval of each ratio is to become: half its width as a share of the ratio.
    pub precision: f64,
    /// When the command began: whatever comes before the rounds is a part of `max_time`.
    pub since: Instant,
    /// After how long all of it is to end, within one round.
    pub max_time: Duration,
    /// Whether a round is as long as the load says even where fewer than the
    /// [least](crate::compare::statistics::LEAST) then fit into the time.
    pub fixed_rounds: bool,
    /// Whether the stock is only there for nobody to be turned away, so that less will do in a
    /// shorter round.
    pub ample_stock: bool,
    /// Whether goodput is all that is asked for: no trial before a measurement, no warm-up, no
    /// purchase alone. For those whose rightness was looked at already.
    pub brief: bool,
    /// The command that measures the same again, for the report.
    pub command: String,
}

impl CompareRequest {
    /// Makes sure that all of them can be compared on that kind of database.
    ///
    /// # Errors
    /// One means nothing there, or they cannot be told apart.
    pub fn check(&self, backend: Backend) -> Result<(), InvalidRequest> {
        self.check_load(&self.load)?;
        let mut labels = BTreeSet::new();
        for ComparedCandidate {
            label, candidate, ..
        } in &self.candidates
        {
            if !labels.insert(label.as_str()) {
                return Err(InvalidRequest(format!(
                    "two strategies are called {label:?}: give one a label of its own, as in `again={label}`"
                )));
            }
            if let Some(why) = candidate.plan.refusal(backend) {
                return Err(InvalidRequest(format!(
                    "{label} cannot be run on {backend}: {why}"
                )));
            }
        }
        match &self.reference {
            Some(reference) if !labels.contains(reference.as_str()) => {
                let known: Vec<&str> = labels.into_iter().collect();
                Err(InvalidRequest(format!(
                    "the reference {reference:?} is not among the strategies compared: {}",
                    known.join(", ")
                )))
            }
            _ => Ok(()),
        }
    }

    /// Makes sure that rounds of that load can measure all of them.
    ///
    /// # Errors
    /// One would not finish an order in a round.
    fn check_load(&self, load: &Load) -> Result<(), InvalidRequest> {
        let mut candidates = self.candidates.iter();
        InvalidRequest::unless(candidates.find_map(|compared| compared.refusal(load)))
    }
}

/// Compares the candidates, round by round, until it is precise enough, the time is up or `stop`
/// is set.
///
/// # Errors
/// It [makes no sense](CompareRequest::check), the database cannot be used, or a round ended early
/// or cannot be audited.
pub fn compare(
    shop: &mut Shop<'_>,
    request: &CompareRequest,
    stop: &AtomicBool,
    progress: &RoundProgress,
) -> Result<CompareResult> {
    request.check(shop.database().backend())?;
    let database = shop.description()?;
    let until = request.since + request.max_time;
    let loads = vec![request.load.clone()];
    let mut course = Course::new(request, loads, database.engine(), until, Duration::ZERO);
    course.run(shop, stop, progress)?;
    let mut comparisons = course.conclude();
    Ok(CompareResult {
        schema: SCHEMA,
        conditions: Conditions::new(request, database),
        comparison: comparisons.swap_remove(0),
        baseline: None,
        interrupted: stop.load(Relaxed),
        timing: course.timing(),
        elapsed_s: request.since.elapsed().as_secs_f64(),
    })
}
