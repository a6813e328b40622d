//! A compare at each point of an axis: how goodput, attempts and latency change with one number
//! of the load, and where one strategy overtakes another.
//!
//! The points are inside the rounds: each round goes through all of them, in an order shuffled
//! anew, so that whatever drifts hits all points alike.

mod axis;
mod crossover;
mod result;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use anyhow::Result;

pub use axis::{AxisError, Steps};
pub use result::{Axis, AxisName, Crossover, SCHEMA, SweepPoint, SweepResult};

use crate::compare::{CompareRequest, Course, RoundProgress, Setting};
use crate::load::Load;
use crate::run::Shop;

/// Compares at each point of the axis, round by round, until it is precise enough, the time is
/// up or `stop` is set.
///
/// # Errors
/// The database cannot be used, or a round ended early or cannot be audited.
pub fn sweep(
    shop: &mut Shop<'_>,
    request: &CompareRequest,
    steps: &Steps,
    stop: &AtomicBool,
    progress: &RoundProgress,
) -> Result<SweepResult> {
    let began = Instant::now();
    let database = shop.description()?;
    let loads: Vec<Load> = steps.loads(&request.load);
    let mut course = Course::new(request, loads, database.engine());
    course.run(shop, stop, progress)?;
    let values = steps.values();
    let points: Vec<SweepPoint> = course
        .conclude()
        .into_iter()
        .zip(values.iter().zip(steps.shown()))
        .map(|(comparison, (value, shown))| SweepPoint {
            value: *value,
            shown,
            comparison,
        })
        .collect();
    let axis = Axis {
        name: steps.name(),
        unit: steps.unit(),
        logarithmic: steps.is_logarithmic(),
        values,
    };
    let labels = request.entrants.iter().map(|entrant| entrant.label.clone());
    let labels: Vec<String> = labels.collect();
    Ok(SweepResult {
        schema: SCHEMA,
        setting: Setting::new(request, database),
        load: request.load.clone(),
        crossovers: crossover::find(&axis, &labels, &points),
        axis,
        labels,
        points,
        interrupted: stop.load(Relaxed),
        elapsed_s: began.elapsed().as_secs_f64(),
    })
}
