//! An exploration for people: the verdict first, then the shortest schedule that goes wrong.

use anstyle::{AnsiColor, Style};

use super::command;
use crate::explore::purchases::{ExploreResult, HistoryResult, ReplayResult};
use crate::explore::timeline;
use crate::report::figures::thousands;
use crate::verdict::Verdict;

/// What an example is.
pub(super) const INSTRUCTIVE: &str = "Nothing goes wrong in any schedule that was run. The shortest of them in which a buyer waits, is refused or tries again, or else the shortest";

/// Where a line's second column begins.
const INDENT: usize = 14;

pub(super) fn render(result: &ExploreResult, width: usize) -> String {
    let style = style(result.verdict);
    let mut out = format!("{style}{}{style:#}\n", verdict(result));
    if let Some(meaning) = meaning(result) {
        out.push_str(&format!("{meaning}\n"));
    }
    out.push('\n');
    for (name, value) in lines(result) {
        out.push_str(&format!("{name:INDENT$}{value}\n"));
    }
    out.push_str("\nFinal states\n");
    for state in &result.final_states {
        let wrong = state
            .wrong
            .as_ref()
            .map(|_| "  ← wrong")
            .unwrap_or_default();
        let count = thousands(state.count);
        out.push_str(&format!("{count:>9} × {}{wrong}\n", state.state));
    }
    if let Some(witness) = &result.witness {
        out.push_str(&format!(
            "\nThe shortest schedule that goes wrong ({})\n\n",
            steps(witness)
        ));
        out.push_str(&schedule(witness, width));
        out.push_str(&format!(
            "Replay it, also with another --strategy:\n  {}\n",
            command::replay(result, &witness.replay)
        ));
    } else if let Some(example) = &result.example
        && !result.beside.is_empty()
    {
        out.push('\n');
        out.push_str(&instructive(example, width));
    }
    out.push_str(&others(&result.beside, width));
    out
}

/// The schedule of a strategy under which nothing goes wrong.
pub(super) fn instructive(example: &HistoryResult, width: usize) -> String {
    format!(
        "{INSTRUCTIVE} ({})\n\n{}",
        steps(example),
        schedule(example, width)
    )
}

/// The same schedule under other strategies.
fn others(beside: &[ReplayResult], width: usize) -> String {
    let one = |result| format!("\nThe same order: {}", render_replay(result, width));
    beside.iter().map(one).collect()
}

pub(super) fn render_replay(result: &ReplayResult, width: usize) -> String {
    let history = &result.history;
    let style = style(verdict_of(history));
    let mut out = format!("{style}{}{style:#}\n", sentence(history));
    out.push_str(&format!(
        "{} on {} {}, {}\n",
        result.strategy.name,
        result.database.backend,
        result.database.version,
        steps(history)
    ));
    if let Some(astray) = astray(history) {
        out.push_str(&format!("{astray}\n"));
    }
    out.push('\n');
    out.push_str(&schedule(history, width));
    if history.replay != result.asked {
        out.push_str(&format!("What was run is --replay {}\n", history.replay));
    }
    out.push_str(&others(&result.beside, width));
    out
}

/// What one schedule amounts to.
pub(super) fn verdict_of(history: &HistoryResult) -> Verdict {
    if history.wrong.is_some() {
        Verdict::Unsafe
    } else {
        Verdict::Safe
    }
}

/// What came of a schedule, in a sentence.
pub(super) fn sentence(history: &HistoryResult) -> String {
    history.wrong.clone().unwrap_or_else(|| {
        format!(
            "nothing is wrong at the end of this schedule: {}",
            history.state
        )
    })
}

/// Where the token could not be followed, in a sentence.
pub(super) fn astray(history: &HistoryResult) -> Option<String> {
    let numbers: Vec<String> = history.fell_back.iter().map(ToString::to_string).collect();
    (!numbers.is_empty()).then(|| {
        format!(
            "At step {} the session that was asked for was waiting or had ended, and the first that could go on did.",
            numbers.join(", ")
        )
    })
}

/// The lanes, and the verdict under them.
fn schedule(history: &HistoryResult, width: usize) -> String {
    let mut out = timeline(&history.history, width);
    out.push('\n');
    if let Some(wrong) = &history.wrong {
        let style = style(Verdict::Unsafe);
        out.push_str(&format!("{style}{wrong}{style:#}\n\n"));
    }
    out
}

pub(super) fn steps(history: &HistoryResult) -> String {
    format!(
        "{} statements, {} switches",
        history.steps.len(),
        history.replay.switches()
    )
}

pub(super) fn verdict(result: &ExploreResult) -> String {
    let all = thousands(result.schedules);
    let broken = thousands(result.broken);
    match result.verdict {
        Verdict::Unsafe => format!("{} {broken} of {all} schedules", what(result)),
        Verdict::Safe => format!("safe in all {all} schedules"),
        Verdict::Inconclusive => format!(
            "inconclusive after {all} schedules, none of them wrong: {}",
            result.reason.as_deref().unwrap_or("nothing can be said")
        ),
    }
}

/// What goes wrong most often.
fn what(result: &ExploreResult) -> &'static str {
    let count = |name: &str| result.counts.get(name).copied().unwrap_or(0);
    if count("oversold") == result.broken {
        "oversells in"
    } else if count("false_sold_out") == result.broken {
        "turns buyers away while there is stock in"
    } else if count("lost_updates") == result.broken {
        "loses an update in"
    } else {
        "goes wrong in"
    }
}

pub(super) fn meaning(result: &ExploreResult) -> Option<&'static str> {
    match (result.verdict, result.promise) {
        (Verdict::Unsafe, Some(promise)) if promise.is_sound() => {
            Some("This strategy promises to be safe here: the promise is broken.")
        }
        (Verdict::Unsafe, Some(_)) => {
            Some("This strategy is known to be unsafe here; that is what it shows.")
        }
        (Verdict::Unsafe, None) => Some("Nothing is promised for this combination of choices."),
        (Verdict::Safe, _) => Some(
            "This is about these buyers, this server, and whole statements; it is no proof for others.",
        ),
        (Verdict::Inconclusive, _) => None,
    }
}

pub(super) fn lines(result: &ExploreResult) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        (
            "strategy",
            format!("{} ({})", result.strategy.name, result.strategy.plan),
        ),
        (
            "database",
            format!("{} {}", result.database.backend, result.database.version),
        ),
        (
            "buyers",
            format!(
                "{} for {} each, {} in stock",
                result.sessions, result.quantity, result.stock
            ),
        ),
        ("covered", result.covered.clone()),
        (
            "speed",
            format!(
                "{} schedules in {:.2} s",
                thousands(result.schedules),
                result.elapsed_s
            ),
        ),
    ];
    let counts: Vec<String> = [("waited", result.waited), ("deadlocked", result.deadlocked)]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .chain(result.counts.iter().map(|(name, count)| (*name, *count)))
        .map(|(name, count)| format!("{} {}", name.replace('_', " "), thousands(count)))
        .collect();
    if !counts.is_empty() {
        lines.push(("schedules", counts.join(", ")));
    }
    lines
}

fn style(verdict: Verdict) -> Style {
    let color = match verdict {
        Verdict::Safe => AnsiColor::Green,
        Verdict::Unsafe => AnsiColor::Red,
        Verdict::Inconclusive => AnsiColor::Yellow,
    };
    color.on_default().bold()
}
