//! The result of a compare for people: the verdict first.

use anstyle::{AnsiColor, Style};
use comfy_table::Table;

use super::bars::bars;
use super::cost::{in_vain, limits, time};
use super::sentence::{baseline, extent, rightness, verdict, why_not};
use super::table::ranking;
use crate::compare::{CompareResult, Comparison};
use crate::exit::Exit;
use crate::report::figures::count;
use crate::report::plain::plain;

pub(super) fn render(result: &CompareResult) -> String {
    let comparison = &result.comparison;
    let style = style(result.exit());
    let mut out = format!("{style}{}{style:#}\n", verdict(comparison));
    let lines = [baseline(result).unwrap_or_default(), rightness(comparison)];
    for line in lines.iter().filter(|line| !line.is_empty()) {
        out.push_str(&format!("{line}\n"));
    }
    out.push_str(&format!("\n{}\n", facts(result)));
    out.push_str(&standings(comparison));
    out
}

/// Where, how and how long it was measured.
fn facts(result: &CompareResult) -> String {
    let setting = &result.setting;
    let load = &result.comparison.load;
    let cores = count(setting.machine.cores as u64, "core", "cores");
    format!(
        "database    {} {}\nmachine     {cores}, {}\nload        {} --seed {}\nrounds      {}\n",
        setting.database.backend,
        setting.database.version,
        setting.machine.cpu.as_deref().unwrap_or("unknown"),
        load.arguments(),
        load.seed,
        extent(result)
    )
}

/// The ranking, its bars, and those that are not ranked.
fn standings(comparison: &Comparison) -> String {
    let mut out = String::new();
    if !comparison.ranked.is_empty() {
        out.push_str(&plain(ranking(comparison)));
        out.push_str(&format!("\n{}", bars(comparison)));
        out.push_str(&format!("\n{}", plain(time(comparison))));
        if let Some(limits) = limits(comparison) {
            out.push_str(&format!("\n{}", plain(limits)));
        }
        let in_vain = in_vain(comparison);
        if !in_vain.is_empty() {
            out.push_str(&format!("\nAttempts in vain:\n{}\n", in_vain.join("\n")));
        }
    }
    let (wrong, doubtful): (Vec<_>, Vec<_>) = comparison
        .unranked
        .iter()
        .partition(|standing| standing.violations.any());
    for (heading, apart) in [
        ("Wrong, and so not ranked", wrong),
        ("Not ranked", doubtful),
    ] {
        if apart.is_empty() {
            continue;
        }
        let mut table = Table::new();
        for standing in apart {
            table.add_row([standing.label.clone(), why_not(standing)]);
        }
        out.push_str(&format!("\n{heading}:\n{}", plain(table)));
    }
    if !comparison.refused.is_empty() {
        let mut table = Table::new();
        for refused in &comparison.refused {
            table.add_row([&refused.label, &refused.reason]);
        }
        out.push_str(&format!("\nCannot be run here:\n{}", plain(table)));
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
