//! The result of a compare for people: the verdict first.

use anstyle::{AnsiColor, Style};
use comfy_table::Table;

use super::bars::bars;
use super::cost::{in_vain, limits, time};
use super::sentence::{baseline, extent, headline, rightness, why_not};
use super::table::ranking_within;
use crate::compare::{CompareResult, Comparison};
use crate::db::Description;
use crate::model::figures::count;
use crate::report::fold::{folded, listed, styled};
use crate::report::plain::fitted;
use crate::system::exit::Exit;

/// Where a line's second column begins.
pub(crate) const INDENT: usize = 12;

pub(super) fn render(result: &CompareResult, width: usize) -> String {
    let comparison = &result.comparison;
    let mut out = styled(&headline(result), style(result.exit()), width);
    out.push_str(&folded(&baseline(result).unwrap_or_default(), width));
    out.push_str(&folded(&rightness(comparison), width));
    out.push('\n');
    out.push_str(&listed(&facts(result), INDENT, width));
    out.push('\n');
    out.push_str(&standings(comparison, width));
    out
}

/// Where, how and how long it was measured.
fn facts(result: &CompareResult) -> Vec<(&'static str, String)> {
    let conditions = &result.conditions;
    let load = &result.comparison.load;
    let cores = count(conditions.machine.cores as u64, "core", "cores");
    let cpu = conditions.machine.cpu.as_deref().unwrap_or("unknown");
    let mut facts = database(&conditions.database);
    facts.extend([
        ("machine", format!("{cores}, {cpu}")),
        ("load", format!("{} --seed {}", load.arguments(), load.seed)),
        ("rounds", extent(result)),
    ]);
    facts
}

/// The database, and what its sessions began with.
pub(crate) fn database(database: &Description) -> Vec<(&'static str, String)> {
    let found = database.session_settings.iter();
    let found = found.map(|found| ("session", found.to_string()));
    let name = format!("{} {}", database.backend, database.version);
    std::iter::once(("database", name)).chain(found).collect()
}

/// The ranking, its bars, and those that are not ranked.
fn standings(comparison: &Comparison, width: usize) -> String {
    let mut out = String::new();
    if !comparison.ranked.is_empty() {
        out.push_str(&ranking_within(comparison, width));
        out.push_str(&format!("\n{}", bars(comparison, width)));
        out.push_str(&format!("\n{}", fitted(time(comparison), width, &[])));
        if let Some(limits) = limits(comparison) {
            out.push_str(&format!("\n{}", fitted(limits, width, &[])));
        }
        let in_vain = in_vain(comparison);
        if !in_vain.is_empty() {
            out.push_str("\nFailed attempts:\n");
            out.extend(in_vain.iter().map(|line| folded(line, width)));
        }
    }
    let (wrong, doubtful): (Vec<_>, Vec<_>) = comparison
        .unranked
        .iter()
        .partition(|standing| standing.violations.any());
    for (heading, apart) in [("Wrong, so not ranked", wrong), ("Not ranked", doubtful)] {
        if apart.is_empty() {
            continue;
        }
        let mut table = Table::new();
        for standing in apart {
            table.add_row([standing.label.clone(), why_not(standing)]);
        }
        out.push_str(&format!("\n{heading}:\n{}", fitted(table, width, &[])));
    }
    if !comparison.refused.is_empty() {
        let mut table = Table::new();
        for refused in &comparison.refused {
            table.add_row([&refused.label, &refused.reason]);
        }
        out.push_str(&format!(
            "\nCannot be run here:\n{}",
            fitted(table, width, &[])
        ));
    }
    out
}

pub(crate) fn style(exit: Exit) -> Style {
    let color = match exit {
        Exit::Held => AnsiColor::Green,
        Exit::Broken | Exit::Slower => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    color.on_default().bold()
}
