//! A sweep as one file for the browser.

use anyhow::Result;
use maud::{Markup, html};

use super::sentence;
use crate::compare::sweep::SweepResult;
use crate::report::page::Column::{self, Numbers as Measured, Words};
use crate::report::page::{Head, Numbers, Part, conditions, figure, page, table};
use crate::report::pictures::{Measure, curves, micros, number};

pub(super) fn render(result: &SweepResult) -> Result<String> {
    let json = serde_json::to_value(result)?;
    let numbers = Numbers::new(&json);
    let database = &result.conditions.database;
    let head = Head {
        kind: format!(
            "lockbench sweep on {} {}",
            database.backend, database.version
        ),
        verdict: sentence::headline(result),
        meaning: vec![sentence::rightness(result), sentence::extent(result) + "."],
        interrupted: result.interrupted,
    };
    let mut points = Vec::new();
    for (index, point) in result.points.iter().enumerate() {
        let part = Part {
            comparison: &point.comparison,
            numbers: numbers.within(&format!("/points/{index}")),
            name: &format!("point-{}-", index + 1),
            labels: &result.labels,
            confidence: result.conditions.confidence,
            is_nested: true,
        };
        points.push((point.shown.clone(), part.show()?));
    }
    let body = html! {
        (head.show())
        (crossovers(result, &numbers))
        (curve(result, &numbers, Measure::Goodput)?)
        (curve(result, &numbers, Measure::Attempts)?)
        (curve(result, &numbers, Measure::P99)?)
        @for (shown, point) in points {
            article {
                h2 .point { "At " (sentence::name(result)) " " (shown) }
                (point)
            }
        }
        (conditions(&result.conditions, &result.load, &numbers)?)
    };
    page(&format!("{} · {}", head.verdict, head.kind), &body, &json)
}

/// Where one overtakes another, in words, with the letters of the picture.
fn crossovers(result: &SweepResult, numbers: &Numbers<'_>) -> Markup {
    let words = |value: f64| match result.axis.unit {
        "" => number(value),
        _ => micros(value),
    };
    let rows = html! {
        @for (index, (crossover, letter)) in result.crossovers.iter().zip('A'..='Z').enumerate() {
            tr {
                th scope="row" { (letter) }
                td .words { (crossover.words) }
                td { (numbers.estimate(&format!("/crossovers/{index}/at"), words)) }
            }
        }
    };
    html! {
        section aria-labelledby="crossovers" {
            h2 #crossovers { "Where one overtakes another" }
            @if result.crossovers.is_empty() {
                p { "No measurable crossover between these values." }
            } @else {
                (table(
                    "Crossovers, with the letters of the picture",
                    &[Words("letter"), Words("what happens"), Measured("at")],
                    &rows,
                ))
            }
        }
    }
}

/// The picture of one measure, and its numbers.
fn curve(result: &SweepResult, numbers: &Numbers<'_>, measure: Measure) -> Result<Markup> {
    let picture = curves(result, measure).draw()?;
    let caption = html! {
        @if measure == Measure::Goodput {
            "A band is the interval of the median. "
            @if !result.crossovers.is_empty() {
                "A letter marks where one overtakes another; the grey band behind it is the interval \
                 of that point. "
            }
        }
        "A strategy that was wrong at a point has no value there."
    };
    let columns: Vec<Column<'_>> = std::iter::once(Words("strategy"))
        .chain(result.points.iter().map(|point| Measured(&point.shown)))
        .collect();
    let rows = html! {
        @for label in &result.labels {
            tr {
                th scope="row" { (label) }
                @for index in 0..result.points.len() {
                    td { (cell(result, numbers, measure, label, index)) }
                }
            }
        }
    };
    let name = measure.name();
    let id = format!("{name}-heading");
    Ok(html! {
        section aria-labelledby=(id) {
            h2 #(id) { (measure.title()) }
            (figure(name, &picture, &caption))
            (table(measure.title(), &columns, &rows))
        }
    })
}

/// What was measured of `label` at one point, where it was right.
fn cell(
    result: &SweepResult,
    numbers: &Numbers<'_>,
    measure: Measure,
    label: &str,
    point: usize,
) -> Markup {
    let ranked = &result.points[point].comparison.ranked;
    let Some(index) = ranked.iter().position(|standing| standing.label == label) else {
        return html! { span .none { "—" } };
    };
    let numbers = numbers.within(&format!("/points/{point}/ranked/{index}"));
    match measure {
        Measure::Goodput => numbers.estimate("/goodput_per_s", number),
        Measure::Attempts => numbers.show("/attempts_per_sale", |value| format!("{value:.2}")),
        Measure::P99 => numbers.show("/latency_us/sold/p99", micros),
    }
}
