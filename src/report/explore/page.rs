//! An exploration as one file for the browser, in which a class steps through the schedule.
//!
//! The page holds the same JSON as `--format json`, and beside it, as JSON of their own, the
//! words that the other formats use as well. Its script builds everything that is seen of them
//! as text nodes, so that no statement and no error can become a part of the page.

use anyhow::Result;
use serde::Serialize;

use super::{command, text};
use crate::db::Description;
use crate::explore::Token;
use crate::explore::{Statement, Step};
use crate::model::verdict::Verdict;
use crate::proof::purchases::{ExploreResult, HistoryResult, ReplayResult};
use crate::report::page::embedded;
use crate::report::plain::INTERRUPTED;
use crate::report::schedules::astray;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const STEPS: &str = include_str!("page/steps.js");
const SCRIPT: &str = include_str!("page/page.js");

/// The width of the text for a browser without scripts.
const WIDTH: usize = 100;

/// The words of the page.
#[derive(Serialize)]
struct Words<'a> {
    heading: String,
    setting: String,
    /// What the schedule is that is shown.
    schedule: Option<String>,
    verdict: Verdict,
    sentence: String,
    meaning: Option<&'static str>,
    lines: Vec<(&'static str, String)>,
    settings: Vec<(&'a str, String)>,
    make: String,
    replay: String,
    columns: Vec<Column<'a>>,
}

/// The words of one schedule under one strategy.
#[derive(Serialize)]
struct Column<'a> {
    strategy: &'a str,
    plan: String,
    wrong: bool,
    sentence: String,
    astray: Option<String>,
    /// The sessions that a replay was told to let go on.
    asked: Option<&'a [usize]>,
    statements: Vec<Shown>,
}

/// A statement in short, and as it was sent, both with their values.
#[derive(Serialize)]
struct Shown {
    short: String,
    full: String,
}

pub(super) fn render(result: &ExploreResult) -> Result<String> {
    let token = result.shown().map(|shown| &shown.replay);
    let own = result.shown().map(|shown| Column {
        strategy: &result.strategy.name,
        plan: result.strategy.plan.to_string(),
        ..column(shown)
    });
    let schedule = match (&result.witness, &result.example) {
        (Some(witness), _) => Some(format!(
            "The shortest schedule that goes wrong ({}).",
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
    let shown = |step: &Step| Shown {
        short: Statement {
            sql: step.sql.clone(),
            binds: step.binds.clone(),
        }
        .in_short(),
        full: step.statement(),
    };
    Column {
        strategy: "",
        plan: String::new(),
        wrong: history.wrong.is_some(),
        sentence: text::sentence(history),
        astray: astray(&history.fell_back),
        asked: None,
        statements: history.history.steps.iter().map(shown).collect(),
    }
}

/// Puts the page together.
fn page(result: &impl Serialize, words: &Words<'_>, plain: &str) -> Result<String> {
    let plain = anstream::adapter::strip_str(plain).to_string();
    Ok(fill(
        PAGE,
        &[
            ("title", &escaped(&words.heading)),
            ("style", STYLE),
            ("plain", &escaped(&plain)),
            ("result", &embedded(&serde_json::to_string(result)?)),
            ("words", &embedded(&serde_json::to_string(words)?)),
            ("steps", STEPS),
            ("script", SCRIPT),
        ],
    ))
}

/// Fills in `{{name}}`, in one pass: what is filled in is not looked at again.
fn fill(page: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(
        page.len() + values.iter().map(|(_, value)| value.len()).sum::<usize>(),
    );
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            rest = after;
            break;
        };
        let value = values.iter().find(|(known, _)| *known == name);
        out.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// As text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_looked_at_again() {
        assert_eq!(
            fill("a {{x}} b {{y}}", &[("x", "{{y}}"), ("y", "1")]),
            "a {{y}} b 1"
        );
    }

    #[test]
    fn no_text_ends_the_element_that_it_stands_in() {
        let nasty = "</script><!--<script>alert(1)</script> & </noscript>";
        assert!(!escaped(nasty).contains('<'));
        let json = embedded(&serde_json::to_string(nasty).unwrap());
        assert!(!json.contains('<'), "{json}");
        let back: String = serde_json::from_str(&json).unwrap();
        assert_eq!(back, nasty);
    }

    #[test]
    fn every_mark_of_the_page_is_known() {
        let marks: Vec<&str> = PAGE
            .split("{{")
            .skip(1)
            .filter_map(|part| part.split_once("}}").map(|(name, _)| name))
            .collect();
        assert_eq!(
            marks,
            [
                "title", "style", "plain", "result", "words", "steps", "script"
            ]
        );
    }
}
