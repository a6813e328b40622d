//! The ranking as a table.

use comfy_table::{CellAlignment, Table};

use super::sentence::estimate;
use crate::compare::{Comparison, Standing};
use crate::report::figures::{thousands, time, time_of};
use crate::report::plain::or_dash;

/// Those that are ranked, the fastest first.
pub(crate) fn ranking(comparison: &Comparison) -> Table {
    let reference = comparison.reference.as_deref().unwrap_or_default();
    let mut table = Table::new();
    table.set_header([
        "",
        "strategy",
        "sold per second",
        &format!("times {reference}"),
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
        false => "no difference shown".to_owned(),
    };
    [
        or_dash(standing.rank),
        standing.label.clone(),
        or_dash(standing.goodput_per_s.map(|goodput| whole(&goodput))),
        ratio,
        time(sold.p50),
        time(sold.p99),
        format!("{:.2}", standing.attempts_per_sale),
        number(standing.statements_per_sale),
        number(standing.round_trips_per_sale),
        time_of(standing.cpu_us_per_sale),
        shared,
    ]
}

/// "1,322 (1,280 to 1,350)".
pub(crate) fn whole(goodput: &crate::statistics::Estimate) -> String {
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
