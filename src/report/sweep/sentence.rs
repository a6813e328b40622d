//! The result of a sweep in sentences.

use clap::ValueEnum;

use crate::report::compare::sentence::{extent_of, list};
use crate::report::figures::count;
use crate::sweep::{SweepPoint, SweepResult};
use crate::verdict::Verdict;

/// The name of the axis: "threads".
pub(super) fn name(result: &SweepResult) -> String {
    let value = result.axis.name.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// The verdict: "2 crossovers", or that there is none.
pub(super) fn verdict(result: &SweepResult) -> String {
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
        (0, []) => format!("No crossover shown {over}"),
        (0, [one]) => format!("Nothing is shown to be faster than {one} {over}"),
        (0, several) => format!(
            "Nothing is shown to be faster than {} {over}",
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
        words.push(format!("and {left_out} more, which `--format json` has"));
    }
    words
}

/// What the rightness rests on, over all points.
pub(super) fn rightness(result: &SweepResult) -> String {
    let doubtful: Vec<&str> = result
        .points
        .iter()
        .filter(|point| point.comparison.verdict == Verdict::Inconclusive)
        .map(|point| point.shown.as_str())
        .collect();
    let controlled = result
        .points
        .iter()
        .any(|point| point.comparison.control.is_some());
    match doubtful.as_slice() {
        [] if !controlled => "Every round was audited; without the control that says only that nothing was seen this time.".to_owned(),
        [] => "Every round was audited; at every point the same load makes naive fail.".to_owned(),
        all if all.len() == result.points.len() && result.points[0].comparison.rounds == 0 => {
            "Not one round was finished.".to_owned()
        }
        some => format!(
            "Naive broke nothing at {}={}: whether the others are right there is inconclusive, and rests on their promise alone.",
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
            &result.setting,
            result.interrupted,
            result.elapsed_s,
        )
    })
}
