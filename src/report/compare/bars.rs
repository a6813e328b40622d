//! A bar for each strategy in the terminal, with its interval.

use crate::compare::statistics::Estimate;
use crate::compare::{Comparison, Standing};

/// How long the longest bar is, its interval included, where there is room for it.
const LENGTH: usize = 50;

/// Columns between a label and its bar.
const GAP: usize = 2;

/// The ratios by which they are ranked as bars, or the goodput of one alone: `█` up to the lower end of the interval, `▒` from there to the upper one.
pub(super) fn bars(comparison: &Comparison, width: usize) -> String {
    let length = length(comparison);
    let ends = comparison
        .ranked
        .iter()
        .filter_map(&length)
        .map(|length| upper(&length));
    let most = ends.fold(0.0, f64::max);
    let labels = comparison
        .ranked
        .iter()
        .map(|standing| standing.label.chars().count());
    let margin = labels.max().unwrap_or(0);
    let room = LENGTH.min(width.saturating_sub(margin + GAP));
    let mut out = String::new();
    for standing in &comparison.ranked {
        if let Some(length) = length(standing) {
            let label = &standing.label;
            let bar = bar(&length, most, room);
            out.push_str(format!("{label:margin$}{:GAP$}{bar}", "").trim_end());
            out.push('\n');
        }
    }
    out
}

/// What the length of a bar is: that by which they are in order.
fn length(comparison: &Comparison) -> fn(&Standing) -> Option<Estimate> {
    match comparison.ranked.len() {
        0 | 1 => |standing| standing.goodput_per_s,
        _ => |standing| standing.ratio,
    }
}

fn upper(goodput: &Estimate) -> f64 {
    goodput.high.unwrap_or(goodput.value)
}

fn bar(goodput: &Estimate, most: f64, room: usize) -> String {
    let cells = |speed: f64| (speed / most.max(f64::MIN_POSITIVE) * room as f64).round() as usize;
    let sure = cells(goodput.low.unwrap_or(goodput.value));
    let open = cells(upper(goodput)).saturating_sub(sure);
    "█".repeat(sure) + &"▒".repeat(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_shows_where_its_end_may_lie() {
        let goodput = Estimate {
            value: 30.0,
            low: Some(20.0),
            high: Some(50.0),
        };
        let drawn = bar(&goodput, 100.0, LENGTH);
        assert_eq!(drawn, "█".repeat(10) + &"▒".repeat(15));
        let known = Estimate {
            low: None,
            high: None,
            ..goodput
        };
        assert_eq!(bar(&known, 30.0, LENGTH), "█".repeat(LENGTH));
    }
}
