//! What the reports of an exploration and of a race say alike.

use super::fold::{folded, hanging};
use super::plain::verdict_style;
use crate::explore::{Coverage, Token};
use crate::model::figures::thousands;
use crate::model::verdict::Verdict;

/// Final states, each in words, with whether it is wrong, and in how many schedules it was the end.
pub(super) fn final_states<'a>(
    states: impl IntoIterator<Item = (&'a str, bool, u64)>,
    width: usize,
) -> String {
    let mut out = "\nFinal states\n".to_owned();
    for (state, is_wrong, count) in states {
        let wrong = if is_wrong { "  ← wrong" } else { "" };
        let count = format!("{:>9} × ", thousands(count));
        let line = hanging(&count, &format!("{state}{wrong}"), width);
        let red = verdict_style(Verdict::Unsafe);
        out.push_str(&line.replace("← wrong", &format!("{red}← wrong{red:#}")));
    }
    out
}

/// What is said where a race has stopped at the first order that goes wrong.
pub(super) const STOPPED: &str = "No more were run, since one goes wrong: --all runs all orders.";

/// What stands before the number of schedules where there are more, which were not run.
pub(super) fn the_first(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::Part => "the first ",
        _ => "",
    }
}

/// How fast the schedules were gone through.
pub(super) fn speed(schedules: u64, elapsed_s: f64) -> String {
    format!("{} schedules in {elapsed_s:.2} s", thousands(schedules))
}

/// Where a token could not be followed, in a sentence.
pub(super) fn astray(fell_back: &[usize]) -> Option<String> {
    let numbers: Vec<String> = fell_back.iter().map(ToString::to_string).collect();
    (!numbers.is_empty()).then(|| {
        format!(
            "At step {} the session that was asked for was blocked or had ended, so the first one that could go on did.",
            numbers.join(", ")
        )
    })
}

/// Which schedule was run, where that is not the one that was asked for.
pub(super) fn run_instead(run: &Token, asked: &Token, width: usize) -> String {
    match run == asked {
        true => String::new(),
        false => folded(&format!("The schedule that was run: --replay {run}"), width),
    }
}
