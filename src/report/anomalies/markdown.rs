//! A survey of anomalies as Markdown.

use super::Detail;
use super::sentence::{CELLS, anomalies, outcome, summary, verdict};
use crate::explore::timeline;
use crate::proof::anomaly::{AnomaliesResult, Finding, Outcome};
use crate::report::fold::uncoloured;
use crate::report::plain::or_dash;

/// The width of a timeline.
const WIDTH: usize = 90;

pub(super) fn render(result: &AnomaliesResult, detail: Detail) -> String {
    let place = format!("{} {}", result.database.backend, result.database.version);
    let anomalies = match result.interrupted {
        true => "Interrupted: some anomalies",
        false => "Anomalies",
    };
    let mut out = format!("## {anomalies} on {place}\n\n{}\n", summary(result));
    for note in &result.notes {
        out.push_str(&format!("{note}\n"));
    }
    out.push('\n');
    match detail {
        Detail::Table => out.push_str(&table(result)),
        Detail::Timelines => out.push_str(&stories(result)),
    }
    out
}

/// The table, with what the words in its cells mean.
pub fn table(result: &AnomaliesResult) -> String {
    let mut out = format!("| anomaly | | {} |\n", result.levels.join(" | "));
    out.push_str(&format!(
        "|---|---|{}\n",
        "---|".repeat(result.levels.len())
    ));
    for row in anomalies(result) {
        let cells: Vec<String> = result
            .levels
            .iter()
            .map(|level| {
                let finding = result.finding(row.anomaly, level);
                match finding.map(|one| &one.outcome) {
                    Some(Outcome::Occurs) => "**occurs**".to_owned(),
                    outcome => or_dash(outcome),
                }
            })
            .collect();
        out.push_str(&format!(
            "| {} | {} | {} |\n",
            row.letter,
            row.anomaly,
            cells.join(" | ")
        ));
    }
    out.push_str(&format!("\n{CELLS}\n"));
    for finding in &result.results {
        if let Outcome::Inconclusive { .. } = finding.outcome {
            out.push_str(&format!(
                "\n{} at {}: {}\n",
                finding.letter,
                finding.level,
                verdict(finding)
            ));
        }
    }
    out
}

fn stories(result: &AnomaliesResult) -> String {
    let mut out = String::new();
    for row in anomalies(result) {
        out.push_str(&format!("### {} ({})\n\n", row.letter, row.anomaly));
        out.push_str(&format!("{}\n\n", row.what));
        let own = |one: &&Finding| one.anomaly == row.anomaly;
        for finding in result.results.iter().filter(own) {
            let title = format!("{}: {}", finding.level, outcome(finding));
            out.push_str(&format!("**{title}**\n\n{}\n", story(finding)));
        }
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// One script at one level, step by step, and what came of it.
pub fn story(finding: &Finding) -> String {
    let mut out = String::new();
    if let Some(history) = &finding.history {
        let lanes = timeline(history, WIDTH);
        let lanes = uncoloured(&lanes);
        out.push_str(&format!("```text\n{lanes}```\n\n"));
    }
    out + &format!("{}\n", verdict(finding))
}
