//! A table for the terminal: columns that line up, and no lines. Where there is less room than it
//! needs its cells are folded between words, and where there is less than that its rows are written
//! one below the other.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, Width, presets};

use super::fold::{ENDLESS, hanging};
use crate::model::verdict::Verdict;

/// Columns between two of the table's.
const GAP: usize = 2;

/// What is said first of a result that is not whole.
pub(crate) const INTERRUPTED: &str = "Interrupted, so that a part is missing.";

/// The table as lines of text, without a space at either end.
pub(crate) fn plain(table: Table) -> String {
    fitted(table, ENDLESS, &[])
}

/// The same within `width` columns. The verdicts in the columns headed by `judged` are in colour:
/// they are words as well, so that nothing is told by the colour alone.
pub(crate) fn fitted(mut table: Table, width: usize, judged: &[String]) -> String {
    table.load_style(presets::NOTHING);
    let header: Vec<String> = table.header().map(texts).unwrap_or_default();
    let natural: Vec<usize> = table
        .column_max_content_widths()
        .into_iter()
        .map(usize::from)
        .collect();
    let least: Vec<usize> = (0..natural.len())
        .map(|column| longest_word(&table, column))
        .collect();
    if whole(&least) > width {
        return below_each_other(&table, &header, width, judged);
    }
    let widths = shrunk(natural.clone(), &least, width);
    if widths != natural {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(whole(&widths) + GAP).unwrap_or(u16::MAX));
        let columns = table.column_iter_mut().zip(&widths);
        for (column, width) in columns {
            let padded = u16::try_from(width + GAP).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(padded)));
        }
    }
    let judged: Vec<bool> = header.iter().map(|name| judged.contains(name)).collect();
    let mut text = String::new();
    for line in table.lines() {
        // Every cell is padded on both sides.
        let line = line.strip_prefix(' ').unwrap_or(&line).trim_end();
        text.push_str(&coloured(line, &widths, &judged));
        text.push('\n');
    }
    text
}

/// The columns of the table with columns of those widths.
fn whole(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + widths.len().saturating_sub(1) * GAP
}

/// Takes from the widest columns until the table fits.
fn shrunk(mut widths: Vec<usize>, least: &[usize], width: usize) -> Vec<usize> {
    while whole(&widths) > width {
        let widest = (0..widths.len())
            .filter(|column| widths[*column] > least[*column])
            .max_by_key(|column| widths[*column]);
        match widest {
            Some(column) => widths[column] -= 1,
            None => break,
        }
    }
    widths
}

fn texts(row: &Row) -> Vec<String> {
    row.cell_iter().map(|cell| cell.content()).collect()
}

fn longest_word(table: &Table, column: usize) -> usize {
    let rows = table.header().into_iter().chain(table.row_iter());
    rows.filter_map(|row| row.cell_iter().nth(column))
        .flat_map(|cell| {
            let text = cell.content();
            let words = text.split_whitespace().map(|word| word.chars().count());
            words.max()
        })
        .max()
        .unwrap_or(0)
}

/// Colours the cells of a line that are to be judged.
fn coloured(line: &str, widths: &[usize], judged: &[bool]) -> String {
    let letters: Vec<char> = line.chars().collect();
    let mut out = String::new();
    let mut start = 0;
    for (column, width) in widths.iter().enumerate() {
        let end = (start + width + GAP).min(letters.len());
        let cell: String = letters[start.min(end)..end].iter().collect();
        let word = cell.trim();
        match style_of(word).filter(|_| judged.get(column) == Some(&true)) {
            Some(style) => out.push_str(&cell.replacen(word, &in_style(word, style), 1)),
            None => out.push_str(&cell),
        }
        start = end;
    }
    out
}

fn in_style(word: &str, style: Style) -> String {
    format!("{style}{word}{style:#}")
}

/// The colour of a verdict; `None` for every other word.
pub(crate) fn style_of(word: &str) -> Option<Style> {
    let color = match word {
        "safe" | "held" | "caught" | "right" => AnsiColor::Green,
        "unsafe" | "broken" | "not caught" | "OCCURS" | "wrong" => AnsiColor::Red,
        "inconclusive" | "interrupted" | "deadlocks" | "gives up" => AnsiColor::Yellow,
        _ => return None,
    };
    Some(color.on_default())
}

/// The colour of a headline that says so.
pub(crate) fn verdict_style(verdict: Verdict) -> Style {
    let color = match verdict {
        Verdict::Safe => AnsiColor::Green,
        Verdict::Unsafe => AnsiColor::Red,
        Verdict::Inconclusive => AnsiColor::Yellow,
    };
    color.on_default().bold()
}

/// Each row under its first cell, a line for each of the others.
fn below_each_other(table: &Table, header: &[String], width: usize, judged: &[String]) -> String {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let names = header.iter().skip(1).map(|name| name.chars().count());
    let indent = names.max().unwrap_or(0) + GAP;
    let mut text = String::new();
    for row in table.row_iter() {
        let cells = texts(row);
        let (first, others) = match cells.split_first() {
            Some((first, others)) => (one_line(first), others),
            None => continue,
        };
        text.push_str(&hanging("", &first, width));
        for (name, cell) in header.iter().skip(1).zip(others) {
            let cell = one_line(cell);
            if cell.is_empty() {
                continue;
            }
            let label = match name.as_str() {
                "" => " ".repeat(GAP),
                name => format!("{:GAP$}{:indent$}", "", one_line(name)),
            };
            let line = hanging(&label, &cell, width);
            match style_of(&cell).filter(|_| judged.contains(name)) {
                Some(style) => text.push_str(&line.replace(&cell, &in_style(&cell, style))),
                None => text.push_str(&line),
            }
        }
    }
    text
}

/// A cell's text; a dash where there is nothing to say.
pub(crate) fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fold::uncoloured;

    fn table() -> Table {
        let mut table = Table::new();
        table.set_header(["strategy", "outcome", "number", ""]);
        table.add_row([
            "naive",
            "broken",
            "1,200",
            "oversold by 65, 164 lost updates",
        ]);
        table.add_row(["safe", "held", "7", ""]);
        table
    }

    fn longest(text: &str) -> usize {
        let plain = uncoloured(text);
        plain
            .lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn a_table_fits_every_width_with_all_its_words_whole() {
        let words = |text: &str| -> Vec<String> {
            let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            words.sort();
            words.dedup();
            words
        };
        let all = words(&plain(table()));
        for width in 20..90 {
            let text = fitted(table(), width, &[]);
            assert!(longest(&text) <= width, "{width}:\n{text}");
            let mut shown = words(&text);
            // What heads the first column goes without saying where rows are below each other.
            shown.push("strategy".to_owned());
            for word in &all {
                assert!(shown.contains(word), "{word} at {width}:\n{text}");
            }
        }
    }

    #[test]
    fn verdicts_are_in_colour_in_the_columns_that_hold_them() {
        let judged = ["outcome".to_owned()];
        for width in [30, 50, ENDLESS] {
            let text = fitted(table(), width, &judged);
            assert!(text.contains("\u{1b}[31mbroken\u{1b}[0m"), "{text:?}");
            assert!(text.contains("\u{1b}[32mheld\u{1b}[0m"), "{text:?}");
            assert!(
                !text.contains("\u{1b}[32msafe"),
                "the name of a row: {text:?}"
            );
            let plain = uncoloured(&text);
            assert_eq!(plain, fitted(table(), width, &[]));
        }
    }
}
