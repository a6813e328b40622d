//! A race for people: the verdict first, then the shortest schedule that goes wrong.

use super::anomaly::sentence;
use super::cures::cures;
use super::refused::refused;
use crate::explore::{History, UNREACHED, timeline};
use crate::model::figures::thousands;
use crate::model::verdict::Verdict;
use crate::race::{Difference, RaceResult, ReplayedRace, SerialOrder};
use crate::report::fold::{self, folded, hanging, listed, styled};
use crate::report::plain::verdict_style;
use crate::report::schedules::{STOPPED, astray, final_states, run_instead, speed, the_first};

/// Where a line's second column begins.
const INDENT: usize = 14;

/// The width where there is no terminal: lanes have to end somewhere.
const WIDTH: usize = 100;

/// The result in words, `width` columns wide.
pub(super) fn render(result: &RaceResult, width: usize) -> String {
    let mut out = styled(&verdict(result), verdict_style(result.verdict), width);
    for meaning in meanings(result) {
        out.push_str(&folded(&meaning, width));
    }
    if let Some(witness) = &result.witness {
        if let Some(wrong) = &witness.history.broken {
            out.push_str(&folded(&format!("{wrong}:"), width));
        }
        out.push_str(&differing(&witness.differences, width));
        if let Some(anomaly) = &witness.anomaly {
            out.push_str(&folded(&sentence(anomaly), width));
        }
        out.push('\n');
        out.push_str(&timeline(&witness.history, width.min(WIDTH)));
        out.push('\n');
        if !witness.repeats {
            let words = "This schedule did not go wrong again when it was run once more.";
            out.push_str(&folded(words, width));
        }
        out.push_str("Replay it:\n");
        out.push_str(&fold::command(
            "  ",
            &replay(&result.command_for_replay, &witness.history),
            width,
        ));
    }
    if let Some(tried) = &result.cures {
        out.push_str(&format!("\n{}", cures(result, tried, width)));
    }
    out.push('\n');
    out.push_str(&listed(&lines(result), INDENT, width));
    out.push_str(&format!("\n{}\n", one_after_the_other(result)));
    for serial in &result.one_after_the_other {
        out.push_str(&hanging(
            &format!("{:>9}   ", order(serial)),
            &serial_words(serial),
            width,
        ));
    }
    let states = result.final_states.iter();
    let states = states.map(|it| (it.state.as_str(), it.wrong.is_some(), it.count));
    out.push_str(&final_states(states, width));
    out
}

/// A single schedule in words, `width` columns wide.
pub(super) fn render_replay(result: &ReplayedRace, width: usize) -> String {
    let history = &result.history;
    let (words, verdict) = verdict_of(result);
    let mut out = styled(&words, verdict_style(verdict), width);
    out.push_str(&differing(&result.differences, width));
    if let Some(anomaly) = &result.anomaly {
        out.push_str(&folded(&sentence(anomaly), width));
    }
    if let Some(astray) = astray(&history.fell_back) {
        out.push_str(&folded(&astray, width));
    }
    out.push('\n');
    out.push_str(&timeline(history, width.min(WIDTH)));
    out.push_str(&folded(&format!("\n{}", history.state), width));
    out.push_str(&run_instead(&history.replay, &result.asked, width));
    out
}

/// What is to be said of a single schedule.
pub(super) fn verdict_of(result: &ReplayedRace) -> (String, Verdict) {
    match (&result.history.broken, &result.undecided) {
        (Some(wrong), _) => (wrong.clone(), Verdict::Unsafe),
        (None, Some(reason)) => (format!("inconclusive: {reason}"), Verdict::Inconclusive),
        (None, None) => (
            "nothing is wrong at the end of this schedule".to_owned(),
            Verdict::Safe,
        ),
    }
}

/// What belongs to the headline: why there is no verdict, and how often sessions failed.
pub(super) fn meanings(result: &RaceResult) -> Vec<String> {
    let reason = result.reason.clone().filter(|_| !result.interrupted);
    let stopped = result.stopped_at_first.then(|| STOPPED.to_owned());
    let all = [reason, stopped, refused(result)];
    all.into_iter().flatten().collect()
}

/// The headline.
pub(super) fn verdict(result: &RaceResult) -> String {
    let all = thousands(result.schedules);
    let first = the_first(result.coverage);
    let of = format!("of {first}{all} orders of {}", who(&result.sessions));
    let interrupted = match result.interrupted {
        true => "Interrupted. So far: ",
        false => "",
    };
    match result.verdict {
        Verdict::Unsafe if result.broken == 0 => format!(
            "{interrupted}NOT SERIALIZABLE in {} runs that could not be reproduced, and in none {of}",
            thousands(result.unsafe_repetitions)
        ),
        Verdict::Unsafe => format!(
            "{interrupted}NOT SERIALIZABLE in {} {of}",
            thousands(result.broken)
        ),
        Verdict::Safe => format!(
            "serializable in all {all} orders of {}",
            who(&result.sessions)
        ),
        Verdict::Inconclusive if result.interrupted => format!(
            "Interrupted after {all} orders of {}, none of them wrong: inconclusive",
            who(&result.sessions)
        ),
        Verdict::Inconclusive => {
            format!(
                "inconclusive after {all} orders of {}, none of them wrong:",
                who(&result.sessions)
            )
        }
    }
}

/// What is raced.
pub(super) fn who(sessions: &[String]) -> String {
    match sessions {
        [first, ..] if sessions.iter().all(|command| command == first) => {
            format!("{} × `{first}`", sessions.len())
        }
        _ => {
            let each: Vec<String> = sessions.iter().map(|it| format!("`{it}`")).collect();
            each.join(" and ")
        }
    }
}

pub(super) fn differing(differences: &[Difference], width: usize) -> String {
    let names = differences.iter().map(|it| it.table.chars().count());
    let indent = names.max().unwrap_or_default();
    let one = |difference: &Difference| {
        let expected = difference.expected.join(", or ");
        let words = format!("{}  (one after the other: {expected})", difference.found);
        hanging(&format!("  {:indent$}  ", difference.table), &words, width)
    };
    differences.iter().map(one).collect()
}

/// The command that runs that schedule again.
pub(super) fn replay(command: &str, history: &History) -> String {
    with_option(command, &format!("--replay {}", history.replay))
}

/// A command with one more option, in front of the program that it runs.
pub(super) fn with_option(command: &str, option: &str) -> String {
    match command.split_once(" -- ") {
        Some((before, after)) => format!("{before} {option} -- {after}"),
        None => format!("{command} {option}"),
    }
}

pub(super) fn lines(result: &RaceResult) -> Vec<(&'static str, String)> {
    let mut lines = vec![("database", result.server.clone())];
    if let Some(level) = &result.isolation {
        lines.push(("isolation", format!("{level}, where a session names none")));
    }
    lines.push(("covered", result.covered.clone()));
    lines.push(("speed", speed(result.schedules, result.elapsed_s)));
    let counts: Vec<String> = [
        ("waited", result.waited),
        ("waited in a program", result.waited_in_code),
        ("deadlocked", result.deadlocked),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(name, count)| format!("{name} {}", thousands(count)))
    .collect();
    if !counts.is_empty() {
        lines.push(("schedules", counts.join(", ")));
    }
    if let Some(strays) = &result.strays {
        lines.push(("repeated", strays.clone()));
    }
    if !result.left_out.is_empty() {
        let each = result.left_out.iter();
        let each: Vec<String> = each.map(|(name, why)| format!("{name} ({why})")).collect();
        lines.push(("not compared", each.join(", ")));
    }
    if result.timeouts_unreached {
        lines.push(("not reached", UNREACHED.to_owned()));
    }
    if result.verdict == Verdict::Safe {
        let statements = match result.inside {
            "off" => "statements taken as instants",
            "all" => "what comes between the rows that a statement writes",
            _ => "what comes between a statement's reading and its writing",
        };
        lines.push((
            "proves",
            format!("these sessions, this server, and {statements}; nothing about others"),
        ));
    }
    lines
}

/// What is above the orders: there may be more.
fn one_after_the_other(result: &RaceResult) -> String {
    let (shown, all) = (result.one_after_the_other.len(), result.serial_orders());
    match shown as u64 == all {
        true => "One after the other".to_owned(),
        false => format!("One after the other ({shown} of {} orders)", thousands(all)),
    }
}

fn order(serial: &SerialOrder) -> String {
    let numbers: Vec<String> = serial.order.iter().map(ToString::to_string).collect();
    numbers.join(", ")
}

fn serial_words(serial: &SerialOrder) -> String {
    format!("{}; {}", serial.state, serial.endings.join(", "))
}

/// An order of the sessions, and what came of it.
pub(super) fn in_order(serial: &SerialOrder) -> String {
    format!("{}: {}", order(serial), serial_words(serial))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fold::ENDLESS;

    #[test]
    fn the_differences_stand_below_each_other() {
        let difference = |table: &str| Difference {
            table: table.to_owned(),
            found: "2 rows new".to_owned(),
            expected: vec!["1 row new".to_owned()],
            rows: 2,
            expected_rows: vec![1],
        };
        assert_eq!(
            differing(&[difference("orders"), difference("stock")], ENDLESS),
            "  orders  2 rows new  (one after the other: 1 row new)\n  \
               stock   2 rows new  (one after the other: 1 row new)\n"
        );
    }
}
