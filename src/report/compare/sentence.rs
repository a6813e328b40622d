//! The result of a compare in sentences.

use crate::compare::{CompareResult, Comparison, Judged, Setting, Standing};
use crate::report::figures::{count, percent};
use crate::report::sentence::wrongs;
use crate::scenario::Scenario;
use crate::statistics::Estimate;
use crate::verdict::Verdict;

/// The verdict: "atomic is fastest: 1.42 (1.36 to 1.48) times pessimistic".
pub(super) fn verdict(comparison: &Comparison) -> String {
    let Some(first) = comparison.ranked.first() else {
        return match comparison.rounds {
            0 => "Not one round was finished: there is nothing to compare".to_owned(),
            _ => "None of them can be ranked".to_owned(),
        };
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
            format!("No difference shown between {}", list(several))
        }
        several => format!("No difference shown between the fastest, {}", list(several)),
    }
}

/// By how much the fastest leads: against the reference, or where that is it, the next.
fn lead(comparison: &Comparison, first: &Standing) -> String {
    let reference = comparison.reference.as_deref().unwrap_or_default();
    if first.label != reference {
        return first.ratio.map_or_else(String::new, |ratio| {
            format!(": {} times {reference}", estimate(&ratio, 2))
        });
    }
    let next = comparison.ranked.get(1);
    let ratio = next.and_then(|next| Some((next, next.ratio_to_before?)));
    ratio.map_or_else(String::new, |(next, ratio)| {
        format!(
            ": {} has {} of its goodput",
            next.label,
            estimate(&ratio, 2)
        )
    })
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
    match (&comparison.reason, comparison.control) {
        (Some(_), _) if comparison.rounds == 0 => String::new(),
        (Some(reason), _) => format!(
            "Whether they are right is inconclusive, because {reason}. The ranking rests on their promise alone."
        ),
        (None, Some(control)) => format!(
            "Every round was audited; the same load makes {} fail ({}).",
            control.strategy,
            wrongs(&control.violations, &Scenario::Inventory.words()).join(", ")
        ),
        (None, None) => "Every round was audited; without the control that says only that nothing was seen this time.".to_owned(),
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
            let wrongs = wrongs(&standing.violations, &Scenario::Inventory.words());
            wrongs.join(", ") + broken
        }
        (None, _) => "too few rounds".to_owned(),
    }
}

/// How it fares against the baseline: "slower than the baseline allows: atomic (0.81 …)".
pub(super) fn baseline(result: &CompareResult) -> Option<String> {
    let judgement = result.baseline.as_ref()?;
    let tolerance = percent(judgement.tolerance);
    let then = |judged: &&Judged| {
        let ratio = judged.ratio?;
        Some(format!(
            "{} sells {} times as much as then",
            judged.label,
            estimate(&ratio, 2)
        ))
    };
    let slower: Vec<String> = judgement
        .judged
        .iter()
        .filter(|judged| judged.slower)
        .filter_map(|judged| then(&judged))
        .collect();
    let mut said = if slower.is_empty() {
        format!(
            "Nothing is shown to be more than {tolerance} slower than in {}.",
            judgement.baseline
        )
    } else {
        format!(
            "Slower than {} allows by its tolerance of {tolerance}: {}.",
            judgement.baseline,
            slower.join(", ")
        )
    };
    if let Some(other) = &judgement.other_machine {
        said += &format!(
            " The machine is another one ({other}), so that this may say nothing of the strategies."
        );
    }
    Some(said)
}

/// How much was measured, and when it ended.
pub(super) fn extent(result: &CompareResult) -> String {
    let CompareResult {
        comparison,
        setting,
        interrupted,
        elapsed_s,
        ..
    } = result;
    extent_of(comparison, setting, *interrupted, *elapsed_s)
}

/// The same where the comparison is a part of something else.
pub(crate) fn extent_of(
    comparison: &Comparison,
    setting: &Setting,
    interrupted: bool,
    elapsed_s: f64,
) -> String {
    let rounds = count(comparison.rounds.into(), "round", "rounds");
    let precision = percent(setting.precision);
    let why = if interrupted {
        "interrupted: only finished rounds count".to_owned()
    } else if comparison.precise {
        format!("until every ratio was known to within {precision}")
    } else {
        format!("the time was up before every ratio was known to within {precision}")
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
