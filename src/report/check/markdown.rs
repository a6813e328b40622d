//! The result of a check as Markdown, for a job's summary.

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

use super::sentence::{complaint, control, gave_up, no_verdict, orders, proof, seen, verdict};
use crate::check::{CheckResult, FailedCheck};
use crate::report::plain::or_dash;
use crate::report::session::sentences;

pub(super) fn render(result: &CheckResult) -> String {
    let mut out = format!(
        "## {}\n\n{}\n{}\n",
        verdict(result),
        control(result),
        sentences(&result.database)
    );
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header([
        "strategy",
        "promise",
        "measured",
        "rounds",
        "orders",
        "gave up",
        "schedules",
        "outcome",
        "seen",
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
            format!("**{}**", checked.outcome),
            seen(result, checked),
        ]);
    }
    out.push_str(&format!("{table}\n"));
    for checked in &result.results {
        if let Some(complaint) = complaint(result, checked) {
            out.push_str(&format!(
                "\n**{complaint}.** Repeat it:\n\n```sh\n{}\n```\n",
                checked.repeat
            ));
        }
    }
    out
}

/// Why there is no verdict.
pub(super) fn render_failed(failed: &FailedCheck) -> String {
    format!("## {}\n", no_verdict(failed))
}
