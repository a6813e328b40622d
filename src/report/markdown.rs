//! Markdown: the verdict, and the figures as a table.

use comfy_table::presets::ASCII_MARKDOWN;

use super::figures::{latencies, thousands};
use super::sentence::{what_happened, what_it_means};
use crate::result::RunResult;

pub(super) fn render(result: &RunResult) -> String {
    let database = &result.database;
    let mut out = format!(
        "## {} on {} {}: {}\n\n{}.\n",
        result.strategy.name,
        database.backend,
        database.version,
        result.verdict,
        what_happened(result)
    );
    if let Some(meaning) = what_it_means(result) {
        out.push_str(&format!("{meaning}\n"));
    }
    let outcomes = &result.outcomes;
    out.push_str("\n| | |\n|---|---:|\n");
    for (name, value) in [
        ("sold", thousands(outcomes.sold)),
        ("restocked", thousands(outcomes.restocked)),
        ("sold out", thousands(outcomes.sold_out)),
        ("in use", thousands(outcomes.in_use)),
        ("gave up", thousands(outcomes.gave_up)),
        ("failed", thousands(outcomes.failed)),
        ("attempts", thousands(result.attempts)),
        (
            "goodput per second",
            thousands(result.goodput_per_s.round() as u64),
        ),
    ] {
        out.push_str(&format!("| {name} | {value} |\n"));
    }
    if let Some(ceiling) = &result.ceiling {
        out.push_str(&format!(
            "| allowed per second by {} round trips under the lock | {} |\n",
            ceiling.round_trips_under_lock,
            thousands(ceiling.ceiling_per_s.round() as u64)
        ));
    }
    if let Some(effects) = &result.effects {
        for (name, value) in [
            ("calls to the outside API", effects.calls),
            ("billed once", effects.billed_once),
            ("billed twice or more", effects.billed_twice_or_more),
            ("never billed", effects.never_billed),
        ] {
            out.push_str(&format!("| {name} | {} |\n", thousands(value)));
        }
    }
    for (name, value) in result.violations.named() {
        out.push_str(&format!(
            "| {} | {} |\n",
            name.replace('_', " "),
            thousands(value)
        ));
    }
    for (cause, number) in &result.conflicts {
        out.push_str(&format!(
            "| conflict: {} | {} |\n",
            cause.replace('_', " "),
            thousands(*number)
        ));
    }
    let mut table = latencies(result);
    if table.row_count() > 0 {
        table.load_style(ASCII_MARKDOWN);
        out.push_str(&format!("\n{table}\n"));
    }
    out
}
