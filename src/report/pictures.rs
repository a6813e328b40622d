//! Which number goes into which picture.

mod curves;
mod latency;
mod ranked;
mod time;

pub(super) use curves::{Measure, curves};
pub(super) use latency::latencies;
pub(super) use ranked::{ranked, why_unranked};
pub(super) use time::{PARTS, time};

use super::figures;
use crate::compare::Standing;
use crate::model::figures::signed;

/// Where the name stands among all of a page, which decides how its line looks.
fn look(labels: &[String], standing: &Standing) -> usize {
    let found = labels.iter().position(|label| *label == standing.label);
    found.unwrap_or(labels.len())
}

/// A number as people read it, with as many digits as tell something.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        100.0.. => signed(value.round() as i64),
        10.0.. => format!("{value:.1}"),
        0.0 => "0".to_owned(),
        _ => format!("{value:.2}"),
    }
}

/// A time in microseconds as people read it.
pub(super) fn micros(value: f64) -> String {
    figures::time_of(value.max(0.0))
}

/// A time at a tick, without digits that are all alike.
fn round_micros(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        1e6.. => format!("{} s", value / 1e6),
        1e3.. => format!("{} ms", value / 1e3),
        _ => format!("{value} µs"),
    }
}

/// A number at a tick.
fn round_number(value: f64) -> String {
    let text = number(value);
    match text.split_once('.') {
        Some((whole, digits)) if digits.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        Some(_) => text.trim_end_matches('0').to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_as_many_digits_as_tell_something() {
        assert_eq!(number(12_345.6), "12,346");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(1.234), "1.23");
        assert_eq!(number(0.0), "0");
    }

    #[test]
    fn a_tick_has_no_more_digits_than_it_needs() {
        assert_eq!(round_number(2.0), "2");
        assert_eq!(round_number(2.5), "2.5");
        assert_eq!(round_number(20.0), "20");
        assert_eq!(round_number(1_500.0), "1,500");
        assert_eq!(round_micros(0.0), "0");
        assert_eq!(round_micros(500.0), "500 µs");
        assert_eq!(round_micros(20_000.0), "20 ms");
    }
}
