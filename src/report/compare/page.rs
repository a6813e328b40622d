//! A compare as one file for the browser.

use anyhow::Result;
use maud::{Markup, html};

use super::sentence::{baseline, extent, rightness, verdict};
use crate::compare::CompareResult;
use crate::report::page::Column::{Numbers as Measured, Words};
use crate::report::page::{Head, Numbers, Part, page, setting, table};

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
        confidence: result.setting.confidence,
        is_nested: false,
    };
    let body = html! {
        (head.show())
        (against(result, &numbers))
        (part.show()?)
        (setting(&result.setting, &comparison.load, &numbers)?)
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
                td .words { @if judged.slower { "slower" } @else { "not shown to be slower" } }
            }
        }
    };
    let columns = [
        Words("strategy"),
        Measured("times the baseline"),
        Words("with the tolerance"),
    ];
    html! {
        section aria-labelledby="baseline" {
            h2 #baseline { "Against " (judgement.baseline) }
            (table("Goodput now, as a multiple of that of then", &columns, &rows))
            p .note {
                "Slower is whose whole interval lies more than "
                (numbers.show("/baseline/tolerance", |share| format!("{:.0} %", share * 100.0)))
                " below 1."
            }
        }
    }
}
