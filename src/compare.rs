//! Which strategy is fastest among those that are right, with error bars.
//!
//! Each round runs every entrant once under exactly the same load, in an order shuffled anew, so
//! that whatever drifts hits all alike; the ratio of two is taken from the rounds, pair by pair.
//! Every round is audited, and so is a trial before it that sells out. Whoever is wrong once is
//! ranked no more. docs/compare.md says what the numbers mean.

mod baseline;
mod course;
mod entrant;
mod judgement;
mod latency;
mod progress;
mod ranking;
mod result;
mod standing;
mod tally;
mod time;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::Result;

pub use baseline::Baseline;
pub use entrant::{Entrant, EntrantError};
pub use judgement::{Judged, Judgement};
pub use latency::{Percentile, SoldLatency};
pub use progress::RoundProgress;
pub use result::{CompareResult, Comparison, ControlTally, Refused, SCHEMA, Setting};
pub use standing::{Round, Standing, StandingLatency};
pub use time::TimeShares;

pub(crate) use course::Course;
pub(crate) use ranking::ratio;
#[cfg(test)]
pub(crate) use standing::{fixture, ranked_fixture};

use crate::load::Load;
use crate::run::Shop;

/// What to compare.
#[derive(Clone, Debug)]
pub struct CompareRequest {
    /// Those that are compared; no two have the same label.
    pub entrants: Vec<Entrant>,
    /// The label of the one that the others are measured by; `None`: pessimistic where it is
    /// ranked, else the first that is.
    pub reference: Option<String>,
    /// How hard; the seed of the first round, which each further round raises by one.
    pub load: Load,
    /// Whether to see to it that naive breaks under the same load.
    pub control: bool,
    /// How narrow the interval of each ratio is to become: half its width as a share of the ratio.
    pub precision: f64,
    /// After how long no further round begins, beyond the [least](crate::statistics::LEAST).
    pub max_time: Duration,
    /// The command that measures the same again, for the report.
    pub command: String,
}

/// Compares the entrants, round by round, until it is precise enough, the time is up or `stop`
/// is set.
///
/// # Errors
/// The database cannot be used, or a round ended early or cannot be audited.
pub fn compare(
    shop: &mut Shop<'_>,
    request: &CompareRequest,
    stop: &AtomicBool,
    progress: &RoundProgress,
) -> Result<CompareResult> {
    let began = Instant::now();
    let database = shop.description()?;
    let mut course = Course::new(request, vec![request.load.clone()], database.engine());
    course.run(shop, stop, progress)?;
    let mut comparisons = course.conclude();
    Ok(CompareResult {
        schema: SCHEMA,
        setting: Setting::new(request, database),
        comparison: comparisons.swap_remove(0),
        baseline: None,
        interrupted: stop.load(Relaxed),
        elapsed_s: began.elapsed().as_secs_f64(),
    })
}
