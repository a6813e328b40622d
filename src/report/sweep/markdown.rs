//! The result of a sweep as Markdown.

use comfy_table::presets::ASCII_MARKDOWN;

use super::sentence::{crossovers, extent, rightness, verdict};
use super::table::{MEASURES, table};
use crate::sweep::SweepResult;

pub(super) fn render(result: &SweepResult) -> String {
    let database = &result.setting.database;
    let mut out = format!(
        "## {} on {} {}\n\n",
        verdict(result),
        database.backend,
        database.version
    );
    for words in crossovers(result) {
        out.push_str(&format!("* {words}\n"));
    }
    out.push_str(&format!("\n{}\n{}.\n", rightness(result), extent(result)));
    for measure in &MEASURES {
        let mut table = table(result, measure);
        table.load_style(ASCII_MARKDOWN);
        out.push_str(&format!("\n{}:\n\n{table}\n", measure.heading));
    }
    out.push_str(&format!("\n```sh\n{}\n```\n", result.setting.command));
    out
}
