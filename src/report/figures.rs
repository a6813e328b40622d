//! Numbers as people read them.

use comfy_table::{CellAlignment, Table};

use crate::result::{Distribution, RunResult};

/// 12345 as "12,345".
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The same for a number that may be negative.
pub(super) fn signed(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", thousands(number.unsigned_abs()))
}

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

/// 0.05 as "5 %".
pub(super) fn percent(share: f64) -> String {
    // Else 0.07 would be 7.000000000000001.
    format!("{} %", (share * 1e4).round() / 1e2)
}

/// "one sale", "2 sales".
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", thousands(number)),
    }
}

/// The latencies as a table.
pub(super) fn latencies(result: &RunResult) -> Table {
    let mut table = Table::new();
    table.set_header(["latency", "orders", "p50", "p90", "p99", "p99.9", "max"]);
    let rows = [
        ("sold at the first try", result.latency_us.first_try),
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
        time(p50),
        time(p90),
        time(p99),
        time(p999),
        time(max),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_thousands() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(signed(-1_000), "-1,000");
    }

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
