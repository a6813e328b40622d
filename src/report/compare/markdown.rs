//! The result of a compare as Markdown.

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

use super::sentence::{baseline, extent, headline, rightness, why_not};
use super::table::ranking;
use crate::compare::CompareResult;
use crate::report::session::sentences;

pub(super) fn render(result: &CompareResult) -> String {
    let comparison = &result.comparison;
    let database = &result.conditions.database;
    let mut out = format!(
        "## {} on {} {}\n\n",
        headline(result),
        database.backend,
        database.version
    );
    for line in [
        rightness(comparison),
        baseline(result).unwrap_or_default(),
        extent(result) + ".",
    ] {
        if !line.is_empty() {
            out.push_str(&format!("{line}\n"));
        }
    }
    out.push_str(&sentences(database));
    if !comparison.ranked.is_empty() {
        let mut table = ranking(comparison);
        table.load_style(ASCII_MARKDOWN);
        out.push_str(&format!("\n{table}\n"));
    }
    if !comparison.unranked.is_empty() {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN);
        table.set_header(["not ranked", "why"]);
        for standing in &comparison.unranked {
            table.add_row([standing.label.clone(), why_not(standing)]);
        }
        out.push_str(&format!("\n{table}\n"));
    }
    out.push_str(&format!("\n```sh\n{}\n```\n", result.conditions.command));
    out
}
