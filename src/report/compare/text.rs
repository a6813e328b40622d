//! The result of a compare for people: the verdict first.

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, Table};

use super::sentence::{estimate, extent, rightness, verdict, why_not};
use crate::compare::{CompareResult, Comparison};
use crate::exit::Exit;
use crate::report::figures::{thousands, time};
use crate::report::plain::{or_dash, plain};

pub(super) fn render(result: &CompareResult) -> String {
    let comparison = &result.comparison;
    let style = style(result.exit());
    let mut out = format!("{style}{}{style:#}\n", verdict(comparison));
    let rightness = rightness(comparison);
    if !rightness.is_empty() {
        out.push_str(&format!("{rightness}\n"));
    }
    out.push_str(&format!("{}\n", extent(result)));
    if !comparison.ranked.is_empty() {
        out.push('\n');
        out.push_str(&plain(ranking(comparison)));
    }
    if !comparison.unranked.is_empty() {
        out.push_str("\nWrong, and so not ranked:\n");
        let mut table = Table::new();
        for standing in &comparison.unranked {
            table.add_row([standing.label.clone(), why_not(standing)]);
        }
        out.push_str(&plain(table));
    }
    out
}

fn ranking(comparison: &Comparison) -> Table {
    let mut table = Table::new();
    let reference = comparison.reference.as_deref().unwrap_or_default();
    table.set_header([
        "rank",
        "strategy",
        "sold per second",
        &format!("times {reference}"),
        "p50",
        "p99",
        "attempts",
        "statements",
        "cpu",
        "",
    ]);
    for standing in &comparison.ranked {
        let sold = &standing.latency_us.sold.distribution;
        table.add_row([
            or_dash(standing.rank),
            standing.label.clone(),
            standing.goodput_per_s.map_or_else(String::new, |goodput| {
                thousands(goodput.value.round() as u64)
            }),
            standing
                .ratio
                .map_or_else(String::new, |ratio| estimate(&ratio, 2)),
            time(sold.p50),
            time(sold.p99),
            format!("{:.2}", standing.attempts_per_sale),
            or_dash(
                standing
                    .statements_per_sale
                    .map(|number| format!("{number:.1}")),
            ),
            time(standing.cpu_us_per_sale.round() as u64),
            if standing.no_difference_from.is_empty() {
                String::new()
            } else {
                "no difference shown".to_owned()
            },
        ]);
    }
    for column in table.column_iter_mut().skip(2).take(7) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

pub(super) fn style(exit: Exit) -> Style {
    let color = match exit {
        Exit::Held => AnsiColor::Green,
        Exit::Broken | Exit::Slower => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    color.on_default().bold()
}
