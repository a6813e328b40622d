//! A survey of anomalies for people: a sentence, then the table or the timelines.

use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, Table};

use super::Detail;
use super::sentence::{CELLS, anomalies, outcome, summary, verdict};
use crate::explore::timeline;
use crate::proof::anomaly::{AnomaliesResult, Finding, Outcome};
use crate::report::fold::{folded, hanging, styled};
use crate::report::plain::{fitted, or_dash};

/// Below that there is no room for a column of letters.
const NARROW: usize = 60;

pub(super) fn render(result: &AnomaliesResult, detail: Detail, width: usize) -> String {
    let bold = Style::new().bold();
    let mut out = String::new();
    out.push_str(&styled(&summary(result), bold, width));
    out.push('\n');
    match detail {
        Detail::Table => out.push_str(&table(result, width)),
        Detail::Timelines => {
            for finding in &result.results {
                out.push_str(&story(finding, width));
            }
            out.push_str(&folded("On the right: the committed values, by id.", width));
        }
    }
    out
}

fn table(result: &AnomaliesResult, width: usize) -> String {
    let mut table = Table::new();
    // A level's name on several lines, so that five of them fit.
    let headings = result
        .levels
        .iter()
        .map(|level| level.replace('-', "-\n").replace('+', "+\n"));
    let mut header = vec![Cell::new("")];
    header.extend(headings.clone().map(Cell::new));
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
    let judged: Vec<String> = headings.collect();
    let mut out = fitted(table, width, &judged) + "\n";
    for finding in &result.results {
        if let Outcome::Inconclusive { .. } = finding.outcome {
            let text = format!(
                "{} at {}: {}",
                finding.letter,
                finding.level,
                verdict(finding)
            );
            out.push_str(&folded(&text, width));
        }
    }
    out.push_str(&folded(CELLS, width));
    for note in &result.notes {
        out.push_str(&folded(note, width));
    }
    out.push('\n');
    for row in rows {
        let legend = format!("{}: {}", row.anomaly, row.short);
        out.push_str(&match width {
            ..NARROW => folded(&format!("{}  {legend}", row.letter), width),
            _ => hanging(&format!("{:<16}", row.letter), &legend, width),
        });
    }
    out.push('\n');
    out + &folded("--show ANOMALY shows what happened, step by step.", width)
}

/// One script at one level, step by step.
fn story(finding: &Finding, width: usize) -> String {
    let style = style(&finding.outcome);
    let headline = format!(
        "{} ({}) at {}: {}",
        finding.letter,
        finding.anomaly,
        finding.level,
        outcome(finding)
    );
    let mut out = styled(&headline, style, width);
    out.push_str(&folded(finding.what, width));
    if let Some(history) = &finding.history {
        out.push_str(&format!("\n{}\n", timeline(history, width)));
    }
    out.push_str(&styled(&verdict(finding), style, width));
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
