//! A bar for each strategy in the terminal, with its interval.

use crate::compare::{Comparison, Standing};
use crate::statistics::Estimate;

/// How long the longest bar is, its interval included.
const LENGTH: usize = 50;

/// Goodput as bars: `█` up to the lower end of the interval, `▒` from there to the upper one.
pub(super) fn bars(comparison: &Comparison) -> String {
    let goodput = |standing: &Standing| standing.goodput_per_s;
    let ends = comparison
        .ranked
        .iter()
        .filter_map(goodput)
        .map(|goodput| upper(&goodput));
    let most = ends.fold(0.0, f64::max);
    let labels = comparison
        .ranked
        .iter()
        .map(|standing| standing.label.chars().count());
    let margin = labels.max().unwrap_or(0);
    let mut out = String::new();
    for standing in &comparison.ranked {
        if let Some(goodput) = standing.goodput_per_s {
            let label = &standing.label;
            out.push_str(&format!("{label:margin$}  {}\n", bar(&goodput, most)));
        }
    }
    out
}

fn upper(goodput: &Estimate) -> f64 {
    goodput.high.unwrap_or(goodput.value)
}

fn bar(goodput: &Estimate, most: f64) -> String {
    let cells = |speed: f64| (speed / most.max(f64::MIN_POSITIVE) * LENGTH as f64).round() as usize;
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
        let drawn = bar(&goodput, 100.0);
        assert_eq!(drawn, "█".repeat(10) + &"▒".repeat(15));
        let known = Estimate {
            low: None,
            high: None,
            ..goodput
        };
        assert_eq!(bar(&known, 30.0), "█".repeat(LENGTH));
    }
}
