//! A latency in as many numbers as a chart of it needs.

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::run::result::Distribution;

/// How long orders took that were carried out, in microseconds.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SoldLatency {
    /// In short.
    #[serde(flatten)]
    pub distribution: Distribution,
    /// The curve, from the quickest to the slowest.
    pub percentiles: Vec<Percentile>,
}

/// One point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Percentile {
    /// So many in a hundred ...
    pub percentile: f64,
    /// ... took no longer, in microseconds.
    pub latency_us: u64,
}

/// Ten points to each factor of ten in what is left above: 0, 10 … 80, 90, 91 … 99, 99.1 … 99.99.
const NINES: i32 = 4;

impl From<&Histogram<u64>> for SoldLatency {
    fn from(histogram: &Histogram<u64>) -> Self {
        Self {
            distribution: Distribution::from(histogram),
            percentiles: percentiles(histogram),
        }
    }
}

/// Whether so many orders have one that lies beyond that percentile.
fn is_known(percentile: f64, orders: u64) -> bool {
    // Less than the noise of the last digits is no order.
    (100.0 - percentile) * orders as f64 >= 100.0 - 1e-6
}

/// The curve; empty where there is nothing to draw.
fn percentiles(histogram: &Histogram<u64>) -> Vec<Percentile> {
    if histogram.is_empty() {
        return Vec::new();
    }
    let mut points = Vec::new();
    for nines in 0..NINES {
        let left = 10_f64.powi(2 - nines);
        points.extend((0..18).map(|step| 100.0 - left * (1.0 - f64::from(step) / 20.0)));
    }
    points.push(100.0 - 10_f64.powi(2 - NINES));
    // Of a hundred orders there is nothing to be said of the slowest in a thousand.
    points.retain(|percentile| is_known(*percentile, histogram.len()));
    points.push(100.0);
    let point = |percentile: f64| {
        // Else 100 - 0.1 × 0.95 would be shown with all its digits.
        let percentile = (percentile * 1e6).round() / 1e6;
        Percentile {
            percentile,
            latency_us: histogram.value_at_percentile(percentile),
        }
    };
    points.into_iter().map(point).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_rises_from_the_quickest_to_the_slowest() {
        let mut histogram = Histogram::new(3).unwrap();
        for micros in 1..=20_000 {
            histogram.record(micros).unwrap();
        }
        let curve = SoldLatency::from(&histogram).percentiles;
        assert!(curve.is_sorted_by(|one, next| one.percentile < next.percentile));
        assert!(curve.is_sorted_by_key(|point| point.latency_us));
        assert_eq!(curve[0].percentile, 0.0);
        assert_eq!(curve[0].latency_us, 1);
        let last = curve.last().unwrap();
        assert_eq!((last.percentile, last.latency_us), (100.0, histogram.max()));
        let median = curve.iter().find(|point| point.percentile == 50.0).unwrap();
        assert!(median.latency_us.abs_diff(10_000) < 20);
        assert!(curve.iter().any(|point| point.percentile == 99.99));
        assert!((60..90).contains(&curve.len()), "{}", curve.len());
    }

    #[test]
    fn the_curve_ends_where_the_orders_do() {
        let mut histogram = Histogram::new(3).unwrap();
        for micros in 1..=100 {
            histogram.record(micros).unwrap();
        }
        let curve = SoldLatency::from(&histogram).percentiles;
        let [.., last, slowest] = curve.as_slice() else {
            panic!("{curve:?}");
        };
        assert_eq!((last.percentile, slowest.percentile), (99.0, 100.0));
    }

    #[test]
    fn nothing_sold_has_no_curve() {
        let curve = SoldLatency::from(&Histogram::new(3).unwrap()).percentiles;
        assert!(curve.is_empty());
    }
}
