//! Numbers as people read them.

use comfy_table::{CellAlignment, Table};

use super::plain::or_dash;
use crate::model::figures::thousands;
use crate::run::result::{Distribution, RunResult};

/// Microseconds in the unit that suits them.
pub(super) fn time(micros: u64) -> String {
    time_of(micros as f64)
}

/// The same for a time that was computed, rounded only once.
pub(super) fn time_of(micros: f64) -> String {
    match micros {
        ..1e3 => format!("{micros:.0} µs"),
        ..1e5 => format!("{:.2} ms", micros / 1e3),
        ..1e6 => format!("{:.0} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

/// A percentile; a dash of fewer orders than it takes.
pub(super) fn percentile(micros: Option<u64>) -> String {
    or_dash(micros.map(time))
}

/// 0.05 as "5 %".
pub(crate) fn percent(share: f64) -> String {
    // Else 0.07 would be 7.000000000000001.
    format!("{} %", (share * 1e4).round() / 1e2)
}

/// The latencies as a table.
pub(super) fn latencies(result: &RunResult) -> Table {
    let mut table = Table::new();
    table.set_header(["latency", "orders", "p50", "p90", "p99", "p99.9", "max"]);
    let rows = [
        ("sold on the first try", result.latency_us.first_try),
        ("sold after a retry", result.latency_us.retried),
        ("turned away", result.latency_us.rejected),
        ("waiting for a connection", result.pool_wait_us),
    ];
    for (name, distribution) in rows {
        if distribution.count > 0 {
            table.add_row(row(name, &distribution));
        }
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn row(name: &str, distribution: &Distribution) -> [String; 7] {
    let Distribution {
        count,
        p50,
        p90,
        p99,
        p999,
        max,
    } = *distribution;
    [
        name.to_owned(),
        thousands(count),
        percentile(p50),
        percentile(p90),
        percentile(p99),
        percentile(p999),
        time(max),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_shown_without_the_noise_of_its_last_digits() {
        assert_eq!(percent(0.07), "7 %");
        assert_eq!(percent(0.125), "12.5 %");
    }

    #[test]
    fn a_time_is_shown_in_the_unit_that_suits_it() {
        assert_eq!(time(0), "0 µs");
        assert_eq!(time(1_500), "1.50 ms");
        assert_eq!(time(250_000), "250 ms");
        assert_eq!(time(2_500_000), "2.50 s");
        assert_eq!(time_of(1_244.507), "1.24 ms", "not 1.245 and then 1.25");
        assert_eq!(time_of(0.4), "0 µs");
    }
}
