//! The result of a compare in sentences.

use crate::compare::statistics::{Estimate, LEAST};
use crate::compare::{
    CompareResult, Comparison, Completeness, Conditions, ControlTally, Judged, Judgement, Standing,
    Verdict as Fares,
};
use crate::model::figures::count;
use crate::model::scenario::Scenario;
use crate::model::verdict::Verdict;
use crate::report::figures::percent;

/// What comes first: that it was cut short, or else the verdict.
pub(super) fn headline(result: &CompareResult) -> String {
    let comparison = &result.comparison;
    match cut_short(comparison, &result.conditions) {
        None => verdict(comparison),
        Some(why) if (comparison.rounds as usize) < LEAST => {
            format!("{why}: which is fastest is unknown")
        }
        Some(why) => format!("{why}. So far: {}", verdict(comparison)),
    }
}

/// Why there is not what it takes for a verdict: "Interrupted after 2 of at least 6 rounds".
pub(crate) fn cut_short(comparison: &Comparison, conditions: &Conditions) -> Option<String> {
    let finished = count(comparison.rounds.into(), "round", "rounds");
    match comparison.completeness {
        Completeness::Complete => None,
        Completeness::Interrupted if comparison.rounds == 0 => {
            Some("Interrupted before the first round was finished".to_owned())
        }
        Completeness::Interrupted if (comparison.rounds as usize) < LEAST => Some(format!(
            "Interrupted after {} of at least {LEAST} rounds",
            comparison.rounds
        )),
        Completeness::Interrupted => Some(format!("Interrupted after {finished}")),
        Completeness::TooFewRounds => Some(format!(
            "Only {finished} fitted into {} s, but it takes {LEAST} to tell strategies apart",
            conditions.max_time_s
        )),
    }
}

/// The verdict: "atomic is fastest: 1.42 (1.36 to 1.48) × pessimistic".
pub(super) fn verdict(comparison: &Comparison) -> String {
    let Some(first) = comparison.ranked.first() else {
        return "None of them can be ranked".to_owned();
    };
    let leaders: Vec<&str> = comparison
        .ranked
        .iter()
        .filter(|standing| standing.rank == first.rank)
        .map(|standing| standing.label.as_str())
        .collect();
    match leaders.as_slice() {
        [_] if comparison.ranked.len() == 1 => {
            format!("{} is the only one that can be ranked", first.label)
        }
        [leader] => format!("{leader} is fastest{}", lead(comparison, first)),
        several if several.len() == comparison.ranked.len() => {
            format!("No measurable difference between {}", list(several))
        }
        several => format!(
            "No measurable difference between the fastest: {}",
            list(several)
        ),
    }
}

/// By how much the fastest leads: against the reference, or where that is it, the next.
fn lead(comparison: &Comparison, first: &Standing) -> String {
    let reference = comparison.reference.as_deref().unwrap_or_default();
    if first.label != reference {
        return first.ratio.map_or_else(String::new, |ratio| {
            format!(": {} × {reference}", estimate(&ratio, 2))
        });
    }
    let next = comparison.ranked.get(1);
    let ratio = next.and_then(|next| Some((next, next.ratio_to_before?)));
    ratio.map_or_else(String::new, |(next, ratio)| {
        format!(": {} is {}", next.label, slower(&ratio))
    })
}

/// A ratio below 1 in words: "32 % slower (29 to 35 %)".
pub(crate) fn slower(ratio: &Estimate) -> String {
    let lost = |ratio: f64| (1.0 - ratio) * 100.0;
    match (ratio.low, ratio.high) {
        _ if ratio.value >= 1.0 => format!("{} times as fast", estimate(ratio, 2)),
        (Some(low), Some(high)) => format!(
            "{:.0} % slower ({:.0} to {:.0} %)",
            lost(ratio.value),
            lost(high),
            lost(low)
        ),
        _ => format!("{:.0} % slower", lost(ratio.value)),
    }
}

/// "1.42 (1.36 to 1.48)".
pub(crate) fn estimate(estimate: &Estimate, digits: usize) -> String {
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => {
            format!(
                "{:.digits$} ({low:.digits$} to {high:.digits$})",
                estimate.value
            )
        }
        _ => format!("{:.digits$}", estimate.value),
    }
}

/// What the rightness rests on.
pub(crate) fn rightness(comparison: &Comparison) -> String {
    let fails = |control: ControlTally| {
        format!(
            "the same load makes {} fail ({})",
            control.strategy,
            control
                .violations
                .in_words(&Scenario::Inventory.words())
                .join(", ")
        )
    };
    let is_complete = comparison.completeness == Completeness::Complete;
    match (&comparison.reason, comparison.control) {
        _ if comparison.rounds == 0 => String::new(),
        (_, Some(control)) if !is_complete && control.broken_rounds > 0 => {
            format!("Every finished round was audited; {}.", fails(control))
        }
        _ if !is_complete => "Every finished round was audited.".to_owned(),
        (Some(reason), _) => format!(
            "Whether they are correct is inconclusive, because {reason}. The ranking rests on their promises alone."
        ),
        (None, Some(control)) => format!("Every round was audited; {}.", fails(control)),
        (None, None) => "Every round was audited; without the control, this only says that nothing went wrong this time.".to_owned(),
    }
}

/// Why one is not ranked.
pub(crate) fn why_not(standing: &Standing) -> String {
    match (&standing.reason, standing.verdict) {
        (Some(reason), _) => reason.clone(),
        (None, Verdict::Unsafe) => {
            let broken = match standing.promise {
                Some(promise) if promise.is_sound() => "; it promises to be safe here",
                _ => "",
            };
            let wrongs = standing.violations.in_words(&Scenario::Inventory.words());
            wrongs.join(", ") + broken
        }
        (None, _) => "too few rounds".to_owned(),
    }
}

/// How it fares against the baseline: "slower than the baseline allows: atomic (0.81 …)".
pub(super) fn baseline(result: &CompareResult) -> Option<String> {
    let judgement = result.baseline.as_ref()?;
    let tolerance = percent(judgement.tolerance);
    let slower = those_that(judgement, Fares::Slower);
    let unknown = those_that(judgement, Fares::Unknown);
    let mut said = match (slower.as_slice(), unknown.as_slice()) {
        ([], []) => format!(
            "None is more than {tolerance} slower than in {}.",
            judgement.baseline
        ),
        ([], _) => format!(
            "Inconclusive: whether any is more than {tolerance} slower than in {} is not known.",
            judgement.baseline
        ),
        _ => format!(
            "Slower than {}, by more than the tolerance of {tolerance}: {}.",
            judgement.baseline,
            slower.join(", ")
        ),
    };
    if !unknown.is_empty() {
        said += &format!(
            " Too uncertain for a tolerance of {tolerance}: {}. Measure both for longer (--precision, --max-time), or raise --tolerance.",
            unknown.join(", ")
        );
    }
    for note in &judgement.notes {
        said += &format!(" {note}");
    }
    Some(said)
}

/// Those that fare so, and what is known of them.
fn those_that(judgement: &Judgement, fare: Fares) -> Vec<String> {
    let then = |judged: &Judged| match judged.ratio {
        Some(ratio) => format!(
            "{} sells {} times as much as in the baseline",
            judged.label,
            estimate(&ratio, 2)
        ),
        None => format!("{} is not ranked now", judged.label),
    };
    let judged = judgement.judged.iter();
    judged
        .filter(|judged| judged.verdict == fare)
        .map(then)
        .collect()
}

/// How much was measured, and when it ended.
pub(super) fn extent(result: &CompareResult) -> String {
    let CompareResult {
        comparison,
        conditions,
        interrupted,
        elapsed_s,
        ..
    } = result;
    extent_of(comparison, conditions, *interrupted, *elapsed_s)
}

/// The same where the comparison is a part of something else.
pub(crate) fn extent_of(
    comparison: &Comparison,
    conditions: &Conditions,
    interrupted: bool,
    elapsed_s: f64,
) -> String {
    let rounds = count(comparison.rounds.into(), "round", "rounds");
    let precision = percent(conditions.precision);
    let why = if interrupted {
        "interrupted: only finished rounds count".to_owned()
    } else if comparison.precise {
        format!("until every ratio was within ±{precision}")
    } else {
        format!("stopped at the time limit, not yet within ±{precision}")
    };
    format!("{rounds} in {elapsed_s:.0} s, {why}")
}

/// "a, b and c".
pub(crate) fn list(words: &[&str]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => words.concat(),
    }
}
