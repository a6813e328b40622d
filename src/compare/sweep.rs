//! A compare at each point of an axis: how goodput, attempts and latency change with one number
//! of the load, and where one strategy overtakes another.
//!
//! The points are inside the rounds: each round goes through all of them, in an order shuffled
//! anew, so that whatever drifts hits all points alike.

mod axis;
mod crossover;
mod result;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use anyhow::Result;

pub use axis::{AxisError, Steps};
pub use result::{Axis, AxisName, Crossover, SCHEMA, SweepPoint, SweepResult};

use crate::compare::{CompareRequest, Conditions, Course, RoundProgress};
use crate::db::Backend;
use crate::model::invalid_request::InvalidRequest;
use crate::model::load::Load;
use crate::run::Shop;

/// Makes sure that all points of the axis can be measured on that kind of database.
///
/// # Errors
/// One cannot, or the comparison [makes no sense](CompareRequest::check) in itself.
pub fn check(
    request: &CompareRequest,
    steps: &Steps,
    backend: Backend,
) -> Result<(), InvalidRequest> {
    request.check(backend)?;
    let loads = steps.loads(&request.load);
    loads.iter().try_for_each(|load| request.check_load(load))
}

/// Compares at each point of the axis, round by round, until it is precise enough, the time is
/// up or `stop` is set.
///
/// # Errors
/// It [makes no sense](check), the database cannot be used, or a round ended early or cannot be
/// audited.
pub fn sweep(
    shop: &mut Shop<'_>,
    request: &CompareRequest,
    steps: &Steps,
    stop: &AtomicBool,
    progress: &RoundProgress,
) -> Result<SweepResult> {
    check(request, steps, shop.database().backend())?;
    let database = shop.description()?;
    let loads: Vec<Load> = steps.loads(&request.load);
    let until = request.since + request.max_time;
    let mut course = Course::new(request, loads, database.engine(), until, Duration::ZERO);
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
    let labels = request
        .candidates
        .iter()
        .map(|compared| compared.label.clone());
    let labels: Vec<String> = labels.collect();
    Ok(SweepResult {
        schema: SCHEMA,
        conditions: Conditions::new(request, database),
        load: request.load.clone(),
        crossovers: crossover::find(&axis, &labels, &points),
        axis,
        labels,
        points,
        interrupted: stop.load(Relaxed),
        timing: course.timing(),
        elapsed_s: request.since.elapsed().as_secs_f64(),
    })
}
