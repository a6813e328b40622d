//! Schedules as one file for the browser, in which a class steps through them.
//!
//! The page holds the same JSON as `--format json`, and beside it, as JSON of their own, the
//! words that the other formats use as well. Its script builds everything that is seen of them
//! as text nodes, so that no statement and no error can become a part of the page.

use anyhow::Result;
use serde::Serialize;

use super::embedded::embedded;
use super::fold::uncoloured;

use crate::explore::Step;
use crate::model::verdict::Verdict;

const PAGE: &str = include_str!("stepper/page.html");
const STYLE: &str = include_str!("stepper/page.css");
const STEPS: &str = include_str!("stepper/steps.js");
const SCRIPT: &str = include_str!("stepper/page.js");

/// The width of the text for a browser without scripts.
pub(super) const WIDTH: usize = 100;

/// The words of the page.
#[derive(Serialize)]
pub(super) struct Words<'a> {
    pub(super) heading: String,
    pub(super) setting: String,
    /// What the schedule is that is shown.
    pub(super) schedule: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) sentence: String,
    pub(super) meaning: Option<String>,
    pub(super) lines: Vec<(&'static str, String)>,
    pub(super) settings: Vec<(&'a str, String)>,
    pub(super) make: String,
    /// What the command that follows does.
    pub(super) replay_it: &'static str,
    pub(super) replay: String,
    pub(super) columns: Vec<Column<'a>>,
}

/// The words of one schedule.
#[derive(Serialize)]
pub(super) struct Column<'a> {
    /// What stands over it: the strategy, where there is one.
    pub(super) strategy: &'a str,
    pub(super) plan: String,
    pub(super) wrong: bool,
    pub(super) sentence: String,
    pub(super) astray: Option<String>,
    /// The sessions that a replay was told to let go on.
    pub(super) asked: Option<&'a [usize]>,
    pub(super) statements: Vec<Shown>,
}

/// A statement in short, and as it was sent, both with their values.
#[derive(Serialize)]
pub(super) struct Shown {
    short: String,
    full: String,
}

impl Shown {
    pub(super) fn of(step: &Step) -> Self {
        Self {
            short: step.as_sent().in_short(),
            full: step.statement(),
        }
    }
}

/// Puts the page together.
pub(super) fn page(result: &impl Serialize, words: &Words<'_>, plain: &str) -> Result<String> {
    let plain = uncoloured(plain);
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
