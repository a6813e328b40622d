//! An exploration as a page for the browser.

use anyhow::Result;

use super::{command, text};
use crate::db::Description;
use crate::explore::Token;
use crate::proof::purchases::{ExploreResult, HistoryResult, ReplayResult};
use crate::report::plain::INTERRUPTED;
use crate::report::schedules::astray;
use crate::report::stepper::{Column, Shown, WIDTH, Words, page};

/// What the command that replays it can be used for.
const REPLAY_IT: &str = "Replay the schedule, or try another --strategy on it";

pub(super) fn render(result: &ExploreResult) -> Result<String> {
    let token = result.shown().map(|shown| &shown.replay);
    let own = result.shown().map(|shown| Column {
        strategy: &result.strategy.name,
        plan: result.strategy.plan.to_string(),
        ..column(shown)
    });
    let schedule = match (&result.witness, &result.example) {
        (Some(witness), _) => Some(format!(
            "The {} schedule that goes wrong ({}).",
            text::which(result),
            text::steps(witness)
        )),
        (None, Some(example)) => Some(format!("{} ({}).", text::INSTRUCTIVE, text::steps(example))),
        (None, None) => None,
    };
    let who = buyers(result.sessions, result.quantity, result.stock);
    let words = Words {
        heading: heading(&result.strategy.name, &result.database),
        setting: match result.interrupted {
            true => format!("{INTERRUPTED} {who}"),
            false => who,
        },
        schedule,
        verdict: result.verdict,
        sentence: text::verdict(result),
        meaning: text::meaning(result),
        lines: text::lines(result),
        settings: settings(&result.database),
        make: make(&result.command),
        replay_it: REPLAY_IT,
        replay: token.map_or_else(String::new, |token: &Token| command::replay(result, token)),
        columns: own
            .into_iter()
            .chain(result.beside.iter().map(other))
            .collect(),
    };
    let mut plain = text::render(result, WIDTH);
    if let Some(example) = result.example.as_ref().filter(|_| result.beside.is_empty()) {
        plain.push_str(&text::instructive(example, WIDTH));
    }
    page(result, &words, &plain)
}

pub(super) fn render_replay(result: &ReplayResult) -> Result<String> {
    let history = &result.history;
    let words = Words {
        heading: heading(&result.strategy.name, &result.database),
        setting: buyers(result.sessions, result.quantity, result.stock),
        schedule: Some(format!("One schedule ({}).", text::steps(history))),
        verdict: text::verdict_of(history),
        sentence: text::sentence(history),
        meaning: None,
        lines: vec![
            (
                "strategy",
                format!("{} ({})", result.strategy.name, result.strategy.plan),
            ),
            ("asked for", format!("--replay {}", result.asked)),
            ("what was run", format!("--replay {}", history.replay)),
        ],
        settings: settings(&result.database),
        make: make(&result.command),
        replay_it: REPLAY_IT,
        replay: result.command.clone(),
        columns: std::iter::once(result)
            .chain(&result.beside)
            .map(other)
            .collect(),
    };
    page(result, &words, &text::render_replay(result, WIDTH))
}

fn heading(strategy: &str, database: &Description) -> String {
    format!("{strategy} on {} {}", database.backend, database.version)
}

fn buyers(sessions: usize, quantity: i64, stock: i64) -> String {
    format!("{sessions} buyers for {quantity} each, {stock} in stock")
}

fn make(command: &str) -> String {
    format!("{command} --format html --output page.html")
}

fn settings(database: &Description) -> Vec<(&str, String)> {
    let pairs = database.settings.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.clone()))
        .chain((database.session_settings.iter()).map(|found| (found.name, found.to_string())))
        .collect()
}

fn other(result: &ReplayResult) -> Column<'_> {
    Column {
        strategy: &result.strategy.name,
        plan: result.strategy.plan.to_string(),
        asked: Some(&result.asked.0),
        ..column(&result.history)
    }
}

fn column(history: &HistoryResult) -> Column<'_> {
    Column {
        strategy: "",
        plan: String::new(),
        wrong: history.wrong.is_some(),
        sentence: text::sentence(history),
        astray: astray(&history.fell_back),
        asked: None,
        statements: history.history.steps.iter().map(Shown::of).collect(),
    }
}
