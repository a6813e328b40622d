//! A table for the terminal: columns that line up, and no lines.

use std::fmt::Display;

use comfy_table::{Table, presets};

/// The table as lines of text, without a space at either end.
pub(crate) fn plain(mut table: Table) -> String {
    table.load_style(presets::NOTHING);
    let mut text = String::new();
    for line in table.lines() {
        // Every cell is padded on both sides.
        text.push_str(line.strip_prefix(' ').unwrap_or(&line).trim_end());
        text.push('\n');
    }
    text
}

/// A cell's text; a dash where there is nothing to say.
pub(crate) fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| value.to_string())
}
