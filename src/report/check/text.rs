//! The result of a check for people: the verdict first.

use anstyle::{AnsiColor, Style};
use comfy_table::Table;

use super::sentence::{complaint, control, proof, seen, verdict};
use crate::check::{CheckResult, Outcome};
use crate::report::figures::thousands;
use crate::report::plain::{or_dash, plain};

pub(super) fn render(result: &CheckResult) -> String {
    let style = style(result.verdict);
    let mut out = format!(
        "{style}{}{style:#}\n{}\n\n",
        verdict(result),
        control(result)
    );
    let mut table = Table::new();
    table.set_header([
        "strategy",
        "promise",
        "measured",
        "rounds",
        "orders",
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
            thousands(checked.orders),
            proof(checked),
            checked.outcome.to_string(),
            seen(checked),
        ]);
    }
    out.push_str(&plain(table));
    for checked in &result.results {
        if let Some(complaint) = complaint(checked) {
            out.push_str(&format!("\n{complaint}\nRepeat it: {}\n", checked.repeat));
        }
    }
    out
}

fn style(verdict: Outcome) -> Style {
    let color = match verdict {
        Outcome::Held => AnsiColor::Green,
        Outcome::Broken => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    color.on_default().bold()
}
