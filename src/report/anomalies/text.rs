//! A survey of anomalies for people: a sentence, then the table or the timelines.

use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, Table};

use super::Detail;
use super::sentence::{CELLS, anomalies, outcome, summary, verdict};
use crate::anomaly::{AnomaliesResult, Finding, Outcome};
use crate::explore::timeline;
use crate::report::plain::{or_dash, plain};

pub(super) fn render(result: &AnomaliesResult, detail: Detail, width: usize) -> String {
    let bold = Style::new().bold();
    let mut out = String::new();
    for line in fold(&summary(result), width) {
        out.push_str(&format!("{bold}{line}{bold:#}\n"));
    }
    out.push('\n');
    match detail {
        Detail::Table => out.push_str(&table(result, width)),
        Detail::Timelines => {
            for finding in &result.results {
                out.push_str(&story(finding, width));
            }
            out.push_str("On the right: the values that are committed, by id.\n");
        }
    }
    out
}

fn table(result: &AnomaliesResult, width: usize) -> String {
    let mut table = Table::new();
    let mut header = vec![Cell::new("")];
    // A level's name on several lines, so that five of them fit.
    header.extend(
        result
            .levels
            .iter()
            .map(|level| Cell::new(level.replace('-', "-\n").replace('+', "+\n"))),
    );
    table.set_header(header);
    let rows = anomalies(result);
    for row in &rows {
        let mut cells = vec![row.letter.to_owned()];
        cells.extend(result.levels.iter().map(|level| {
            let finding = result.finding(row.anomaly, level);
            or_dash(finding.map(|one| &one.outcome))
        }));
        table.add_row(cells);
    }
    let mut out = plain(table) + "\n";
    for finding in &result.results {
        if let Outcome::Inconclusive { .. } = finding.outcome {
            let text = format!(
                "{} at {}: {}",
                finding.letter,
                finding.level,
                verdict(finding)
            );
            out.push_str(&lines(&text, width));
        }
    }
    out.push_str(&lines(CELLS, width));
    for note in &result.notes {
        out.push_str(&lines(note, width));
    }
    out.push('\n');
    for row in rows {
        let legend = format!("{:<16}{}: {}", row.letter, row.anomaly, row.short);
        out.push_str(&format!("{legend}\n"));
    }
    out.push_str("\n--show ANOMALY shows what happened, step by step.\n");
    out
}

/// One script at one level, step by step.
fn story(finding: &Finding, width: usize) -> String {
    let style = style(&finding.outcome);
    let mut out = format!(
        "{style}{} ({}) at {}: {}{style:#}\n",
        finding.letter,
        finding.anomaly,
        finding.level,
        outcome(finding)
    );
    out.push_str(&lines(finding.what, width));
    if let Some(history) = &finding.history {
        out.push_str(&format!("\n{}\n", timeline(history, width)));
    }
    for line in fold(&verdict(finding), width) {
        out.push_str(&format!("{style}{line}{style:#}\n"));
    }
    out + "\n"
}

fn style(outcome: &Outcome) -> Style {
    let color = match outcome {
        Outcome::Prevented { .. } => AnsiColor::Green,
        Outcome::Occurs => AnsiColor::Red,
        Outcome::Inconclusive { .. } => AnsiColor::Yellow,
    };
    color.on_default().bold()
}

fn lines(text: &str, width: usize) -> String {
    fold(text, width).join("\n") + "\n"
}

/// Breaks `text` between words.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
