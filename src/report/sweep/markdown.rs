//! The result of a sweep as Markdown.

use comfy_table::presets::ASCII_MARKDOWN;

use super::sentence::{crossovers, extent, headline, rightness};
use super::table::{MEASURES, table};
use crate::compare::sweep::SweepResult;
use crate::report::session::sentences;

pub(super) fn render(result: &SweepResult) -> String {
    let database = &result.conditions.database;
    let mut out = format!(
        "## {} on {} {}\n\n",
        headline(result),
        database.backend,
        database.version
    );
    for words in crossovers(result) {
        out.push_str(&format!("* {words}\n"));
    }
    out.push_str(&format!("\n{}\n{}.\n", rightness(result), extent(result)));
    out.push_str(&sentences(database));
    for measure in &MEASURES {
        let mut table = table(result, measure);
        table.load_style(ASCII_MARKDOWN);
        out.push_str(&format!("\n{}:\n\n{table}\n", measure.heading));
    }
    out.push_str(&format!("\n```sh\n{}\n```\n", result.conditions.command));
    out
}
