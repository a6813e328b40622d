//! The result of a check for people: the verdict first.

use anstyle::{AnsiColor, Style};
use comfy_table::Table;

use super::sentence::{complaint, control, gave_up, no_verdict, orders, proof, seen, verdict};
use crate::check::{CheckResult, FailedCheck, Outcome};
use crate::report::fold::{ENDLESS, command, folded, styled};
use crate::report::plain::{fitted, or_dash};
use crate::report::session::sentences;

pub(super) fn render(result: &CheckResult, width: usize) -> String {
    let mut out = headline(result, width);
    out.push_str(&folded(&control(result), width));
    out.push_str(&folded(&sentences(&result.database), width));
    out.push('\n');
    let mut table = Table::new();
    table.set_header([
        "strategy",
        "promise",
        "measured",
        "rounds",
        "orders",
        "gave up",
        "schedules",
        "outcome",
        "",
    ]);
    for checked in &result.results {
        table.add_row([
            checked.strategy.clone(),
            or_dash(checked.promise),
            or_dash(checked.measured),
            checked.rounds.to_string(),
            orders(checked),
            gave_up(checked),
            proof(checked),
            checked.outcome.to_string(),
            seen(result, checked),
        ]);
    }
    out.push_str(&fitted(table, width, &["outcome".to_owned()]));
    let complaints = complaints(result, width);
    if !complaints.is_empty() {
        out.push('\n');
        out.push_str(&complaints);
    }
    out
}

/// The verdict, and every promise that was broken.
pub(super) fn summary(result: &CheckResult) -> String {
    headline(result, ENDLESS) + &complaints(result, ENDLESS)
}

/// Why there is no verdict.
pub(super) fn render_failed(failed: &FailedCheck, width: usize) -> String {
    styled(&no_verdict(failed), style(Outcome::Inconclusive), width)
}

fn headline(result: &CheckResult, width: usize) -> String {
    styled(&verdict(result), style(result.verdict), width)
}

fn complaints(result: &CheckResult, width: usize) -> String {
    let all: Vec<String> = result
        .results
        .iter()
        .filter_map(|checked| {
            let complaint = folded(&complaint(result, checked)?, width);
            Some(complaint + &command("Repeat it: ", &checked.repeat, width))
        })
        .collect();
    all.join("\n")
}

fn style(verdict: Outcome) -> Style {
    let color = match verdict {
        Outcome::Held => AnsiColor::Green,
        Outcome::Broken => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    color.on_default().bold()
}
