//! A compare as one file for the browser.

use anyhow::Result;
use maud::html;

use super::sentence::{extent, rightness, verdict};
use crate::compare::CompareResult;
use crate::report::page::{Head, Numbers, Part, page, setting};

pub(super) fn render(result: &CompareResult) -> Result<String> {
    let json = serde_json::to_value(result)?;
    let numbers = Numbers::new(&json);
    let comparison = &result.comparison;
    let database = &result.setting.database;
    let head = Head {
        kind: format!(
            "lockbench compare on {} {}",
            database.backend, database.version
        ),
        verdict: verdict(comparison),
        meaning: vec![rightness(comparison), extent(result) + "."],
        interrupted: result.interrupted,
    };
    let labels: Vec<String> = comparison
        .standings()
        .map(|standing| standing.label.clone())
        .collect();
    let part = Part {
        comparison,
        numbers: numbers.clone(),
        name: "",
        labels: &labels,
        confidence: result.setting.confidence,
    };
    let body = html! {
        (head.show())
        (part.show()?)
        (setting(&result.setting, &comparison.load, &numbers)?)
    };
    page(&format!("{} · {}", head.verdict, head.kind), &body, &json)
}
