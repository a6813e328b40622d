//! Who sells how much in a second.

use super::{number, round_number};
use crate::compare::statistics::Estimate;
use crate::compare::{Comparison, Completeness, Standing};
use crate::model::figures::count;
use crate::model::scenario::Scenario;
use crate::report::chart::{Axis, Bar, Bars};

/// Those that were right, by what they are ranked by, and those that were not without a bar: the
/// ratio to the reference, or of one alone its goodput.
pub(in crate::report) fn ranked(comparison: &Comparison, confidence: f64) -> Bars {
    let bars: Vec<Bar> = {
        let is_alone = comparison.ranked.len() < 2;
        let ranked = comparison.ranked.iter();
        ranked.filter_map(|one| bar(one, is_alone)).collect()
    };
    let ends = bars
        .iter()
        .map(|bar| bar.band.map_or(bar.value, |(_, high)| high));
    let axis = Axis::from_nothing(axis(comparison, confidence), ends, round_number);
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
        title: title(comparison),
        description: told.join("; "),
        axis,
        bars,
        apart: match cut_short(comparison) {
            Some(why) if comparison.ranked.is_empty() => format!("{why}: not ranked"),
            _ => "not ranked".to_owned(),
        },
        unranked,
    }
}

/// What the picture shows; that it was cut short comes first.
fn title(comparison: &Comparison) -> String {
    let what = match &comparison.reference {
        Some(reference) if comparison.ranked.len() > 1 => {
            format!("Goodput relative to {reference}")
        }
        _ => "Goodput: units actually sold per second".to_owned(),
    };
    match cut_short(comparison) {
        Some(why) => format!("{why}: {what}"),
        None => what,
    }
}

/// What the axis shows, and how much it rests on.
fn axis(comparison: &Comparison, confidence: f64) -> String {
    let what = match &comparison.reference {
        Some(reference) if comparison.ranked.len() > 1 => format!("× {reference}"),
        _ => "goodput, units actually sold per second".to_owned(),
    };
    let confidence = confidence * 100.0;
    match cut_short(comparison) {
        Some(why) => format!("{why}: {what}, {}", rounds(comparison)),
        None => format!(
            "{what}: {} with the {confidence:.0} % interval",
            rounds(comparison)
        ),
    }
}

fn rounds(comparison: &Comparison) -> String {
    count(comparison.rounds.into(), "round", "rounds")
}

/// Why a picture does not show all that was asked for.
pub(super) fn cut_short(comparison: &Comparison) -> Option<&'static str> {
    match comparison.completeness {
        Completeness::Complete => None,
        Completeness::TooFewRounds => Some("Too few rounds to rank"),
        Completeness::Interrupted => Some("Interrupted"),
    }
}

fn bar(standing: &Standing, is_alone: bool) -> Option<Bar> {
    let goodput = standing.goodput_per_s?;
    let (length, words) = match standing.ratio {
        Some(ratio) if !is_alone => {
            let sold = number(goodput.value);
            (ratio, format!("{}, {sold} per second", words(&ratio)))
        }
        _ => (goodput, words(&goodput)),
    };
    let shared = if standing.no_difference_from.is_empty() {
        ""
    } else {
        "="
    };
    Some(Bar {
        rank: format!("{}{shared}", standing.rank?),
        name: standing.label.clone(),
        value: length.value,
        band: band(&length),
        words,
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
    let wrongs = standing.violations.in_words(&Scenario::Inventory.words());
    match (wrongs.is_empty(), &standing.reason) {
        (false, _) => wrongs.join(", "),
        (true, Some(reason)) => reason.clone(),
        (true, None) => standing.verdict.to_string(),
    }
}
