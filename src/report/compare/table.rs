//! The ranking as a table.

use comfy_table::{CellAlignment, Table};

use super::sentence::estimate;
use crate::compare::{Comparison, Standing};
use crate::model::figures::thousands;
use crate::report::figures::{percentile, time_of};
use crate::report::plain::{fitted, or_dash, plain};

/// Those that are ranked, the fastest first.
pub(crate) fn ranking(comparison: &Comparison) -> Table {
    let reference = comparison.reference.as_deref().unwrap_or_default();
    let mut table = Table::new();
    table.set_header([
        "",
        "strategy",
        &format!("× {reference}"),
        "goodput per second",
        "p50",
        "p99",
        "attempts",
        "statements",
        "trips",
        "cpu",
        "",
    ]);
    for standing in &comparison.ranked {
        table.add_row(row(standing, reference));
    }
    for column in table.column_iter_mut().skip(2).take(8) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The same as text within `width` columns: where it is wider, what a sale costs is a table of its
/// own.
pub(crate) fn ranking_within(comparison: &Comparison, width: usize) -> String {
    let whole = plain(ranking(comparison));
    if whole.lines().all(|line| line.chars().count() <= width) {
        return whole;
    }
    let reference = comparison.reference.as_deref().unwrap_or_default();
    let (mut speed, mut cost) = (Table::new(), Table::new());
    speed.set_header([
        "strategy",
        &format!("× {reference}"),
        "goodput per second",
        "p50",
        "p99",
        "",
    ]);
    cost.set_header(["strategy", "attempts", "statements", "trips", "cpu"]);
    for standing in &comparison.ranked {
        let [rank, label, ratio, goodput, p50, p99, costs @ .., shared] = row(standing, reference);
        speed.add_row([format!("{rank} {label}"), ratio, goodput, p50, p99, shared]);
        cost.add_row(std::iter::once(label).chain(costs));
    }
    for column in speed.column_iter_mut().skip(1).take(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for column in cost.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!(
        "{}\n{}",
        fitted(speed, width, &[]),
        fitted(cost, width, &[])
    )
}

fn row(standing: &Standing, reference: &str) -> [String; 11] {
    let sold = &standing.latency_us.sold.distribution;
    let number = |number: Option<f64>| or_dash(number.map(|number| format!("{number:.1}")));
    let ratio = match standing.ratio {
        _ if standing.label == reference => "1".to_owned(),
        Some(ratio) => estimate(&ratio, 2),
        None => "—".to_owned(),
    };
    let shared = match standing.no_difference_from.is_empty() {
        true => String::new(),
        false => "tied".to_owned(),
    };
    [
        or_dash(standing.rank),
        standing.label.clone(),
        ratio,
        or_dash(standing.goodput_per_s.map(|goodput| whole(&goodput))),
        percentile(sold.p50),
        percentile(sold.p99),
        format!("{:.2}", standing.attempts_per_sale),
        number(standing.statements_per_sale),
        number(standing.round_trips_per_sale),
        time_of(standing.cpu_us_per_sale),
        shared,
    ]
}

/// "1,322 (1,280 to 1,350)".
pub(crate) fn whole(goodput: &crate::compare::statistics::Estimate) -> String {
    let whole = |number: f64| thousands(number.round() as u64);
    match (goodput.low, goodput.high) {
        (Some(low), Some(high)) => {
            format!(
                "{} ({} to {})",
                whole(goodput.value),
                whole(low),
                whole(high)
            )
        }
        _ => whole(goodput.value),
    }
}
