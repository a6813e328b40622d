//! A race as a page for the browser.

use anyhow::Result;

use super::anomaly::sentence;
use super::cures::in_a_line;
use super::text;
use crate::explore::History;
use crate::race::{Anomaly, Difference, RaceResult, ReplayedRace};
use crate::report::fold::ENDLESS;
use crate::report::plain::INTERRUPTED;
use crate::report::schedules::astray;
use crate::report::stepper::{Column, Shown, WIDTH, Words, page};

/// What the command that replays it does.
const REPLAY_IT: &str = "Replay this order";

pub(super) fn render(result: &RaceResult) -> Result<String> {
    let witness = result.witness.as_ref();
    let columns = witness.map(|it| column(&it.history, &it.differences, it.anomaly.as_ref(), None));
    let mut lines = text::lines(result);
    let serial = result.one_after_the_other.iter();
    lines.extend(serial.map(|it| ("one after the other", text::in_order(it))));
    let cures = result.cures.iter().flatten();
    lines.extend(
        cures
            .filter(|it| it.is_proved())
            .map(|it| ("cure", in_a_line(it))),
    );
    let words = Words {
        heading: text::who(&result.sessions),
        setting: match result.interrupted {
            true => format!("{INTERRUPTED} On {}", result.server),
            false => format!("On {}", result.server),
        },
        schedule: witness.map(|it| {
            let again = match it.repeats {
                true => "",
                false => "; it did not go wrong again on a second run",
            };
            let which = match result.stopped_at_first {
                true => "first",
                false => "shortest",
            };
            format!("The {which} order that goes wrong{again}.")
        }),
        verdict: result.verdict,
        sentence: text::verdict(result),
        meaning: text::meanings(result).first().cloned(),
        lines,
        settings: Vec::new(),
        make: make(&result.command),
        replay_it: REPLAY_IT,
        replay: witness.map_or_else(String::new, |it| {
            text::replay(&result.command_for_replay, &it.history)
        }),
        columns: columns.into_iter().collect(),
    };
    page(result, &words, &text::render(result, WIDTH))
}

pub(super) fn render_replay(result: &ReplayedRace) -> Result<String> {
    let history = &result.history;
    let (sentence, verdict) = text::verdict_of(result);
    let words = Words {
        heading: text::who(&result.sessions),
        setting: format!("On {}", result.server),
        schedule: Some("One order.".to_owned()),
        verdict,
        sentence,
        meaning: None,
        lines: vec![
            ("asked for", format!("--replay {}", result.asked)),
            ("what was run", format!("--replay {}", history.replay)),
            ("final state", history.state.to_string()),
        ],
        settings: Vec::new(),
        make: make(&result.command),
        replay_it: REPLAY_IT,
        replay: result.command.clone(),
        columns: vec![column(
            history,
            &result.differences,
            result.anomaly.as_ref(),
            Some(&result.asked.0),
        )],
    };
    page(result, &words, &text::render_replay(result, WIDTH))
}

fn make(command: &str) -> String {
    text::with_option(command, "--format html --output page.html")
}

fn column<'a>(
    history: &History,
    differences: &[Difference],
    anomaly: Option<&Anomaly>,
    asked: Option<&'a [usize]>,
) -> Column<'a> {
    let differing = text::differing(differences, ENDLESS);
    let differing: Vec<&str> = differing.lines().map(str::trim).collect();
    Column {
        strategy: "",
        plan: String::new(),
        wrong: history.broken.is_some(),
        sentence: match &history.broken {
            Some(wrong) => {
                let name = anomaly.map(|it| format!(". {}", sentence(it)));
                format!(
                    "{wrong}: {}{}",
                    differing.join("; "),
                    name.unwrap_or_default()
                )
            }
            None => "Nothing is wrong at the end.".to_owned(),
        },
        astray: astray(&history.fell_back),
        asked,
        statements: history.steps.iter().map(Shown::of).collect(),
    }
}
