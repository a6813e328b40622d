//! An exploration for people: the verdict first, then the shortest schedule that goes wrong.

use super::command;
use crate::explore::{UNREACHED, timeline};
use crate::model::figures::thousands;
use crate::model::verdict::Verdict;
use crate::proof::purchases::{ExploreResult, HistoryResult, ReplayResult};
use crate::report::fold::{self, folded, listed, styled};
use crate::report::plain::verdict_style;
use crate::report::schedules::{astray, final_states, run_instead, speed, the_first};
use crate::report::session::sentences;
use crate::run::audit::gravest;

/// What an example is.
pub(super) const INSTRUCTIVE: &str = "Nothing goes wrong in any schedule that was run. The shortest one in which a buyer waits, hits a conflict or retries, or else the shortest of all";

/// Where a line's second column begins.
const INDENT: usize = 14;

pub(super) fn render(result: &ExploreResult, width: usize) -> String {
    let mut out = styled(&verdict(result), verdict_style(result.verdict), width);
    if let Some(meaning) = meaning(result) {
        out.push_str(&folded(&meaning, width));
    }
    out.push('\n');
    out.push_str(&listed(&lines(result), INDENT, width));
    let states = result.final_states.iter();
    let states = states.map(|it| (it.state.as_str(), it.wrong.is_some(), it.count));
    out.push_str(&final_states(states, width));
    if let Some(witness) = &result.witness {
        let heading = format!(
            "The {} schedule that goes wrong ({}{})",
            which(result),
            steps(witness),
            match result.witness_repeats {
                true => "",
                false => "; it did not go wrong again on a second run",
            }
        );
        out.push_str(&format!(
            "
{}
",
            folded(&heading, width)
        ));
        out.push_str(&schedule(witness, width));
        out.push_str(&folded(
            "Replay it, or try another --strategy on it:",
            width,
        ));
        let replay = command::replay(result, &witness.replay);
        out.push_str(&fold::command("  ", &replay, width));
    } else if let Some(example) = &result.example
        && !result.beside.is_empty()
    {
        out.push('\n');
        out.push_str(&instructive(example, width));
    }
    out.push_str(&others(&result.beside, width));
    out
}

/// Which of the schedules that go wrong the witness is.
pub(super) fn which(result: &ExploreResult) -> &'static str {
    match result.stopped_at_first {
        true => "first",
        false => "shortest",
    }
}

/// The schedule of a strategy under which nothing goes wrong.
pub(super) fn instructive(example: &HistoryResult, width: usize) -> String {
    let heading = format!("{INSTRUCTIVE} ({})", steps(example));
    format!("{}\n{}", folded(&heading, width), schedule(example, width))
}

/// The same schedule under other strategies.
fn others(beside: &[ReplayResult], width: usize) -> String {
    let one = |result| format!("\n{}", replay_under("The same schedule: ", result, width));
    beside.iter().map(one).collect()
}

pub(super) fn render_replay(result: &ReplayResult, width: usize) -> String {
    replay_under("", result, width)
}

/// The same, with something in front of what came of it.
fn replay_under(prefix: &str, result: &ReplayResult, width: usize) -> String {
    let history = &result.history;
    let style = verdict_style(verdict_of(history));
    let mut out = styled(&format!("{prefix}{}", sentence(history)), style, width);
    let what = format!(
        "{} on {} {}, {}",
        result.strategy.name,
        result.database.backend,
        result.database.version,
        steps(history)
    );
    out.push_str(&folded(&what, width));
    out.push_str(&folded(&sentences(&result.database), width));
    if let Some(astray) = astray(&history.fell_back) {
        out.push_str(&folded(&astray, width));
    }
    out.push('\n');
    out.push_str(&schedule(history, width));
    out.push_str(&run_instead(&history.replay, &result.asked, width));
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

/// The lanes, and the verdict under them.
fn schedule(history: &HistoryResult, width: usize) -> String {
    let mut out = timeline(&history.history, width);
    out.push('\n');
    if let Some(wrong) = &history.wrong {
        let style = verdict_style(Verdict::Unsafe);
        out.push_str(&styled(wrong, style, width));
        out.push('\n');
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

/// What comes first: that it was interrupted, or else the verdict.
pub(super) fn verdict(result: &ExploreResult) -> String {
    let all = thousands(result.schedules);
    match (result.interrupted, result.verdict) {
        (false, _) => whole_verdict(result),
        (true, Verdict::Unsafe) => format!(
            "Interrupted after {all} schedules. So far: {}",
            whole_verdict(result)
        ),
        (true, _) => {
            format!("Interrupted after {all} schedules, none of them wrong: inconclusive")
        }
    }
}

fn whole_verdict(result: &ExploreResult) -> String {
    let all = thousands(result.schedules);
    match result.verdict {
        Verdict::Unsafe if result.broken == 0 => format!(
            "goes wrong in {} runs that could not be reproduced, and in none of {all} schedules",
            thousands(result.unsafe_repetitions)
        ),
        Verdict::Unsafe => what_is_wrong(result),
        Verdict::Safe => format!("safe in all {all} schedules"),
        Verdict::Inconclusive => format!(
            "inconclusive after {all} schedules, none of them wrong: {}",
            result.reason.as_deref().unwrap_or("nothing can be said")
        ),
    }
}

/// The gravest thing that goes wrong, and what else does.
fn what_is_wrong(result: &ExploreResult) -> String {
    let first = the_first(result.coverage);
    let of_all = format!("of {first}{} schedules", thousands(result.schedules));
    let count = |name: &str| result.counts.get(name).copied().unwrap_or(0);
    match gravest(count) {
        Some((does, number)) if number < result.broken => format!(
            "{does} in {} {of_all}, and goes wrong in {} more",
            thousands(number),
            thousands(result.broken - number)
        ),
        Some((does, _)) => format!("{does} in {} {of_all}", thousands(result.broken)),
        None => format!("goes wrong in {} {of_all}", thousands(result.broken)),
    }
}

pub(super) fn meaning(result: &ExploreResult) -> Option<String> {
    let words = match (result.verdict, result.promise) {
        (Verdict::Unsafe, Some(promise)) if promise.is_sound() => {
            "This strategy promises to be safe here: the promise is broken."
        }
        (Verdict::Unsafe, Some(_)) => {
            "This strategy is known to be unsafe here, and this shows it."
        }
        (Verdict::Unsafe, None) => "Nothing is promised for this combination of choices.",
        (Verdict::Safe, _) => {
            return Some(format!(
                "This covers these buyers, this server and {}; it proves nothing about others.",
                result.granularity
            ));
        }
        (Verdict::Inconclusive, _) => return None,
    };
    Some(words.to_owned())
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
    ];
    let found = result.database.session_settings.iter();
    lines.extend(found.map(|found| ("session", found.to_string())));
    lines.extend([
        (
            "buyers",
            format!(
                "{} for {} each, {} in stock",
                result.sessions, result.quantity, result.stock
            ),
        ),
        ("covered", result.covered.clone()),
        ("speed", speed(result.schedules, result.elapsed_s)),
    ]);
    let counts: Vec<String> = [("waited", result.waited), ("deadlocked", result.deadlocked)]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .chain(result.counts.iter().map(|(name, count)| (*name, *count)))
        .map(|(name, count)| format!("{} {}", name.replace('_', " "), thousands(count)))
        .collect();
    if !counts.is_empty() {
        lines.push(("schedules", counts.join(", ")));
    }
    if let Some(strays) = &result.strays {
        lines.push(("repeated", strays.clone()));
    }
    if result.timeouts_unreached {
        lines.push(("not reached", UNREACHED.to_owned()));
    }
    lines
}
