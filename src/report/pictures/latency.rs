//! How long orders took, from the quickest to the slowest.

use super::{look, micros, round_micros};
use crate::compare::{Comparison, Standing};
use crate::report::chart::{Axis, Line, Lines, Point};

/// The latencies of those that were right; `None` where nothing was sold.
pub(in crate::report) fn latencies(comparison: &Comparison, labels: &[String]) -> Option<Lines> {
    let sold = |standing: &&Standing| standing.latency_us.sold.distribution.count > 0;
    let right: Vec<&Standing> = comparison.ranked.iter().filter(sold).collect();
    let most = right
        .iter()
        .map(|standing| standing.latency_us.sold.distribution.count)
        .max()?;
    // Of a thousand orders there is nothing to be said of the slowest in ten thousand.
    let most = (1.0 - 1.0 / most as f64).min(0.9999);
    let lines: Vec<Line> = right
        .iter()
        .map(|standing| Line {
            name: standing.label.clone(),
            look: look(labels, standing),
            points: points(standing, most),
            marked: false,
        })
        .collect();
    let all = lines
        .iter()
        .flat_map(|line| &line.points)
        .map(|point| point.y);
    let y = Axis::measured("latency of completed orders", all, round_micros);
    let told: Vec<String> = right
        .iter()
        .map(|standing| {
            let sold = &standing.latency_us.sold.distribution;
            let within = |percentile: Option<u64>| {
                let micros = percentile.map(|percentile| micros(percentile as f64));
                micros.unwrap_or_else(|| "unknown".to_owned())
            };
            format!(
                "{}: p50 {}, p99 {}",
                standing.label,
                within(sold.p50),
                within(sold.p99)
            )
        })
        .collect();
    Some(Lines {
        title: "Latency by percentile".to_owned(),
        description: told.join("; "),
        x: Axis::nines("percentile of orders", most),
        y,
        lines,
        crossings: Vec::new(),
    })
}

fn points(standing: &Standing, most: f64) -> Vec<Point> {
    let percentiles = standing.latency_us.sold.percentiles.iter();
    percentiles
        .map(|point| Point {
            x: point.percentile / 100.0,
            // What took less than a microsecond has a place on a logarithmic axis, too.
            y: point.latency_us.max(1) as f64,
            band: None,
        })
        .filter(|point| point.x <= most)
        .collect()
}
