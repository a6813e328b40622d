//! What is said of those that are not advised.

use comfy_table::Table;

use crate::compare::advise::{Advice, Layers, Outlook, Recommendation};
use crate::compare::statistics::LEAST;
use crate::model::figures::thousands;
use crate::report::compare::sentence::{estimate, list};
use crate::report::compare::table::whole;
use crate::report::fold::{folded, hanging};
use crate::report::plain::fitted;

/// How far to the right a list stands.
const INDENT: usize = 2;

/// Why each of the others is not taken, the runner-up first.
pub(super) fn passed_over(chosen: &Recommendation, width: usize) -> Option<String> {
    let mut table = Table::new();
    for one in &chosen.passed_over {
        table.add_row([one.label.clone(), one.words.clone()]);
    }
    let heading = "Why not one of the others, the runner-up first:";
    (!chosen.passed_over.is_empty()).then(|| folded(heading, width) + &indented(table, width))
}

/// What layers would add.
pub(super) fn layers(advice: &Advice, chosen: &Recommendation, width: usize) -> Option<String> {
    let Some(layers) = &advice.layers else {
        // Nothing is said of what was not asked for.
        return (!advice.outlook.is_empty()).then(|| {
            let unknown = "Whether a layer would sell more of one item is unknown: there was no time to measure it.";
            folded(unknown, width)
        });
    };
    let Some(enough) = &layers.enough_below_per_s else {
        let unknown = "Whether a layer would be faster on one item is unknown.";
        return Some(folded(unknown, width));
    };
    if (layers.comparison.rounds as usize) < LEAST {
        let unknown =
            "Whether a layer would be faster on one item is unknown: too few rounds were finished.";
        return Some(folded(unknown, width));
    }
    let most = thousands(enough.value.round() as u64);
    let mut said = if layers.faster.is_empty() {
        let none = format!(
            "If you need more than {most} per second of one item: no layer sells measurably more of it here than {}.",
            chosen.label
        );
        folded(&none, width)
    } else {
        let some = format!(
            "If you need more than {most} per second of one item, and can change the architecture:"
        );
        folded(&some, width) + &faster(layers, width)
    };
    if !layers.not_measured.is_empty() {
        let labels: Vec<&str> = layers.not_measured.iter().map(String::as_str).collect();
        let unknown = format!(
            "There was no time to measure {}: use a longer --max-time.",
            list(&labels)
        );
        said += &folded(&unknown, width);
    }
    Some(said)
}

fn faster(layers: &Layers, width: usize) -> String {
    let mut table = Table::new();
    for layer in &layers.faster {
        let goodput = layer.goodput_per_s.as_ref().map(whole).unwrap_or_default();
        table.add_row([
            layer.label.clone(),
            format!("{goodput} per second"),
            format!("× {}", estimate(&layer.ratio, 2)),
            layer.changes.to_owned(),
        ]);
    }
    indented(table, width)
}

/// When the choice would be another.
pub(super) fn outlook(advice: &Advice, chosen: &Recommendation, width: usize) -> Option<String> {
    let lines: Vec<String> = advice
        .outlook
        .iter()
        .map(|outlook| hanging("  ", &line(outlook, &chosen.label), width))
        .collect();
    (!lines.is_empty()).then(|| format!("With other numbers:\n{}", lines.concat()))
}

fn line(outlook: &Outlook, chosen: &str) -> String {
    let what = &outlook.neighbour.what;
    match &outlook.change {
        _ if !outlook.is_known() => {
            format!("with {what}: unknown, there was no time to measure it")
        }
        Some(change) => format!(
            "with {what}: {} is faster, × {}",
            change.label,
            estimate(&change.ratio, 2)
        ),
        None if outlook.stays_ahead => {
            format!("with {what}: {chosen} is still the fastest")
        }
        None => format!("with {what}: {chosen} is fastest, or tied"),
    }
}

/// The table, each line a little to the right.
fn indented(table: Table, width: usize) -> String {
    let text = fitted(table, width.saturating_sub(INDENT), &[]);
    let lines = text.lines();
    lines
        .map(|line| format!("{:INDENT$}{line}\n", ""))
        .collect()
}
