//! A compare as one file for the browser.

use anyhow::Result;
use maud::{Markup, html};

use super::sentence::{baseline, extent, headline, rightness};
use crate::compare::CompareResult;
use crate::report::page::Column::{Numbers as Measured, Words};
use crate::report::page::{Head, Numbers, Part, conditions, page, table};

pub(super) fn render(result: &CompareResult) -> Result<String> {
    let json = serde_json::to_value(result)?;
    let numbers = Numbers::new(&json);
    let comparison = &result.comparison;
    let database = &result.conditions.database;
    let head = Head {
        kind: format!(
            "lockbench compare on {} {}",
            database.backend, database.version
        ),
        verdict: headline(result),
        meaning: vec![
            baseline(result).unwrap_or_default(),
            rightness(comparison),
            extent(result) + ".",
        ],
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
        confidence: result.conditions.confidence,
        is_nested: false,
    };
    let body = html! {
        (head.show())
        (against(result, &numbers))
        (part.show()?)
        (conditions(&result.conditions, &comparison.load, &numbers)?)
    };
    page(&format!("{} · {}", head.verdict, head.kind), &body, &json)
}

/// Each against what it was in the baseline.
fn against(result: &CompareResult, numbers: &Numbers<'_>) -> Markup {
    let Some(judgement) = &result.baseline else {
        return html! {};
    };
    let rows = html! {
        @for (index, judged) in judgement.judged.iter().enumerate() {
            tr {
                th scope="row" { (judged.label) }
                td {
                    (numbers.estimate(&format!("/baseline/judged/{index}/ratio"), |ratio| {
                        format!("{ratio:.2}")
                    }))
                }
                td .words { (judged.verdict) }
            }
        }
    };
    let columns = [
        Words("strategy"),
        Measured("× the baseline"),
        Words("with the tolerance"),
    ];
    html! {
        section aria-labelledby="baseline" {
            h2 #baseline { "Against " (judgement.baseline) }
            (table("Goodput relative to the baseline", &columns, &rows))
            p .note {
                "Slower: the whole interval lies more than "
                (numbers.show("/baseline/tolerance", |share| format!("{:.0} %", share * 100.0)))
                " below 1. Within: the whole interval lies above that. Otherwise it is unknown."
            }
        }
    }
}
