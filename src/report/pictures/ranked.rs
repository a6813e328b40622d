//! Who sells how much in a second.

use super::{number, round_number};
use crate::compare::{Comparison, Standing};
use crate::report::chart::{Axis, Bar, Bars};
use crate::report::sentence::wrongs;
use crate::scenario::Scenario;
use crate::statistics::Estimate;

/// The goodput of those that were right, and those that were not without one.
pub(in crate::report) fn ranked(comparison: &Comparison, confidence: f64) -> Bars {
    let bars: Vec<Bar> = comparison.ranked.iter().filter_map(bar).collect();
    let ends = bars
        .iter()
        .map(|bar| bar.band.map_or(bar.value, |(_, high)| high));
    let axis = Axis::from_nothing(
        format!(
            "units truly sold per second: median of {} rounds with its {:.0} % interval",
            comparison.rounds,
            confidence * 100.0
        ),
        ends,
        round_number,
    );
    let mut told: Vec<String> = bars
        .iter()
        .map(|bar| format!("{} {}: {}", bar.rank, bar.name, bar.words))
        .collect();
    let unranked: Vec<(String, String)> = comparison
        .unranked
        .iter()
        .map(|standing| (standing.label.clone(), why_unranked(standing)))
        .collect();
    told.extend(
        unranked
            .iter()
            .map(|(name, why)| format!("{name}, not ranked: {why}")),
    );
    Bars {
        title: "Units truly sold per second".to_owned(),
        description: told.join("; "),
        axis,
        bars,
        apart: "not ranked".to_owned(),
        unranked,
    }
}

fn bar(standing: &Standing) -> Option<Bar> {
    let goodput = standing.goodput_per_s?;
    let shared = if standing.no_difference_from.is_empty() {
        ""
    } else {
        "="
    };
    Some(Bar {
        rank: format!("{}{shared}", standing.rank?),
        name: standing.label.clone(),
        value: goodput.value,
        band: band(&goodput),
        words: words(&goodput),
    })
}

/// Both ends of the interval, where there is one.
pub(super) fn band(estimate: &Estimate) -> Option<(f64, f64)> {
    estimate.low.zip(estimate.high)
}

fn words(estimate: &Estimate) -> String {
    match band(estimate) {
        Some((low, high)) => format!(
            "{} ({} to {})",
            number(estimate.value),
            number(low),
            number(high)
        ),
        None => number(estimate.value),
    }
}

/// What it broke, or why it cannot be ranked.
pub(in crate::report) fn why_unranked(standing: &Standing) -> String {
    let wrongs = wrongs(&standing.violations, &Scenario::Inventory.words());
    match (wrongs.is_empty(), &standing.reason) {
        (false, _) => wrongs.join(", "),
        (true, Some(reason)) => reason.clone(),
        (true, None) => standing.verdict.to_string(),
    }
}
