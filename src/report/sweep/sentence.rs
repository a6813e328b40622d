//! The result of a sweep in sentences.

use crate::compare::statistics::LEAST;
use crate::compare::sweep::{SweepPoint, SweepResult};
use crate::model::figures::count;
use crate::report::compare::sentence::{cut_short, extent_of, list};

/// The name of the axis: "threads".
pub(super) fn name(result: &SweepResult) -> String {
    result.axis.name.to_string()
}

/// What comes first: that it was cut short, or else the verdict.
pub(super) fn headline(result: &SweepResult) -> String {
    // All points have as many rounds.
    let first = result.points.first().map(|point| &point.comparison);
    let why = first.and_then(|comparison| cut_short(comparison, &result.conditions));
    let few = first.is_some_and(|comparison| (comparison.rounds as usize) < LEAST);
    match why {
        None => verdict(result),
        Some(why) if few => format!("{why}: where one overtakes another is unknown"),
        Some(why) => format!("{why}. So far: {}", verdict(result)),
    }
}

/// The verdict: "2 crossovers", or that there is none.
fn verdict(result: &SweepResult) -> String {
    let ends = [result.points.first(), result.points.last()];
    let over = match ends {
        [Some(first), Some(last)] => {
            format!("from {} to {} {}", first.shown, last.shown, name(result))
        }
        _ => String::new(),
    };
    let always: Vec<&str> = result
        .labels
        .iter()
        .filter(|label| {
            result.points.iter().all(|point| {
                let leads = |rank: Option<u32>| rank == Some(1);
                let mut ranked = point.comparison.ranked.iter();
                ranked.any(|one| one.label == **label && leads(one.rank))
            })
        })
        .map(String::as_str)
        .collect();
    match (result.crossovers.len(), always.as_slice()) {
        (0, []) => format!("No measurable crossover {over}"),
        (0, [one]) => format!("{one} is fastest, or tied, {over}"),
        (0, several) => format!(
            "No measurable difference between the fastest {over}: {}",
            list(several)
        ),
        (crossovers, _) => format!(
            "{} {over}",
            count(crossovers as u64, "crossover", "crossovers")
        ),
    }
}

/// The crossovers in words, those of the fastest first; at most eight of them.
pub(super) fn crossovers(result: &SweepResult) -> Vec<String> {
    const MOST: usize = 8;
    let leads = |label: &String| {
        result.points.iter().any(|point| {
            let mut ranked = point.comparison.ranked.iter();
            ranked.any(|standing| standing.label == *label && standing.rank == Some(1))
        })
    };
    let (first, others): (Vec<_>, Vec<_>) = result
        .crossovers
        .iter()
        .partition(|crossover| leads(&crossover.faster_above) || leads(&crossover.faster_below));
    let mut words: Vec<String> = first
        .into_iter()
        .chain(others)
        .map(|crossover| crossover.words.clone())
        .collect();
    if words.len() > MOST {
        let left_out = words.len() - MOST;
        words.truncate(MOST);
        words.push(format!("and {left_out} more (see `--format json`)"));
    }
    words
}

/// What the rightness rests on, over all points.
pub(super) fn rightness(result: &SweepResult) -> String {
    let doubtful: Vec<&str> = result
        .points
        .iter()
        .filter(|point| {
            let control = point.comparison.control;
            control.is_some_and(|control| control.broken_rounds == 0)
        })
        .map(|point| point.shown.as_str())
        .collect();
    let controlled = result
        .points
        .iter()
        .any(|point| point.comparison.control.is_some());
    match doubtful.as_slice() {
        _ if result.points.iter().all(|point| point.comparison.rounds == 0) => {
            "No round was finished.".to_owned()
        }
        [] if !controlled => "Every round was audited; without the control, this only says that nothing went wrong this time.".to_owned(),
        [] => "Every round was audited; at every point the same load makes naive fail.".to_owned(),
        some => format!(
            "Naive broke nothing at {}={}: whether the others are correct there is inconclusive, and rests on their promises alone.",
            name(result),
            some.join(",")
        ),
    }
}

/// How much was measured, and when it ended.
pub(super) fn extent(result: &SweepResult) -> String {
    // All points have as many rounds; the one that is not precise speaks for all.
    let doubtful = |point: &&SweepPoint| !point.comparison.precise;
    let point = result
        .points
        .iter()
        .find(doubtful)
        .or(result.points.first());
    point.map_or_else(String::new, |point| {
        extent_of(
            &point.comparison,
            &result.conditions,
            result.interrupted,
            result.elapsed_s,
        )
    })
}
