//! Axes: where a value stands between the two ends.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;

/// A logarithmic axis is used from this ratio of the greatest to the least.
const WIDE: f64 = 20.0;

/// An axis for plotters, which says where each value stands on it.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it shows, and in which unit.
    pub label: String,
    scale: Scale,
    ticks: Vec<(f64, String)>,
}

#[derive(Clone, Debug)]
enum Scale {
    Linear {
        low: f64,
        high: f64,
    },
    Log {
        low: f64,
        high: f64,
    },
    /// The values in their order, at even distances.
    Even(Vec<f64>),
    /// Each further nine of a quantile as far from the last as that from the one before it.
    Nines {
        most: f64,
    },
}

impl Axis {
    /// An axis for measured values: from 0, or logarithmic where they lie far apart.
    pub fn measured(
        label: impl Into<String>,
        values: impl IntoIterator<Item = f64>,
        words: impl Fn(f64) -> String,
    ) -> Self {
        let values: Vec<f64> = values
            .into_iter()
            .filter(|value| value.is_finite())
            .collect();
        let high = values.iter().copied().fold(0.0, f64::max);
        let positive = values.iter().copied().filter(|value| *value > 0.0);
        let low = positive.fold(f64::INFINITY, f64::min);
        let (scale, at) = if high > low * WIDE && values.iter().all(|value| *value > 0.0) {
            logarithmic(low, high)
        } else {
            linear(high)
        };
        Self {
            label: label.into(),
            scale,
            ticks: at.into_iter().map(|value| (value, words(value))).collect(),
        }
    }

    /// An axis for the lengths of bars, which always begin at 0.
    pub fn from_nothing(
        label: impl Into<String>,
        values: impl IntoIterator<Item = f64>,
        words: impl Fn(f64) -> String,
    ) -> Self {
        let (scale, at) = linear(values.into_iter().fold(0.0, f64::max));
        Self {
            label: label.into(),
            scale,
            ticks: at.into_iter().map(|value| (value, words(value))).collect(),
        }
    }

    /// An axis of the values that were chosen, each with its words, in rising order: to scale
    /// where they rise evenly, as in `0, 0.6, 0.9`, and at even distances where they do not, as
    /// in `0, 1, 10` or `1, 10, 100`.
    pub fn chosen(label: impl Into<String>, values: Vec<(f64, String)>) -> Self {
        let steps: Vec<f64> = values
            .windows(2)
            .map(|pair| pair[1].0 - pair[0].0)
            .collect();
        let most = steps.iter().copied().fold(0.0, f64::max);
        let least = steps.iter().copied().fold(f64::INFINITY, f64::min);
        let low = values.first().map_or(0.0, |(value, _)| *value);
        let high = values.last().map_or(1.0, |(value, _)| *value);
        let scale = if most < least * 2.5 && high > low {
            Scale::Linear { low, high }
        } else {
            Scale::Even(values.iter().map(|(value, _)| *value).collect())
        };
        Self {
            label: label.into(),
            scale,
            ticks: values,
        }
    }

    /// An axis of quantiles, up to the one that is given: 0.9, 0.99 and 0.999 at even distances.
    pub fn nines(label: impl Into<String>, most: f64) -> Self {
        let known = [
            (0.0, "0"),
            (0.5, "50"),
            (0.75, "75"),
            (0.9, "90"),
            (0.99, "99"),
            (0.999, "99.9"),
            (0.9999, "99.99"),
            (0.99999, "99.999"),
        ];
        let most = most.clamp(0.9, 0.999_999);
        let shown = known.into_iter().filter(|(value, _)| *value <= most + 1e-9);
        Self {
            label: label.into(),
            scale: Scale::Nines { most },
            ticks: shown
                .map(|(value, words)| (value, words.to_owned()))
                .collect(),
        }
    }

    /// Where the value stands, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let place = match &self.scale {
            Scale::Linear { low, high } => between(*low, *high, value),
            Scale::Log { low, high } => between(low.ln(), high.ln(), value.max(*low).ln()),
            Scale::Even(values) => even(values, value),
            Scale::Nines { most } => {
                let nines = |quantile: f64| -(1.0 - quantile.min(*most)).log10();
                between(0.0, nines(*most), nines(value))
            }
        };
        place.clamp(0.0, 1.0)
    }

    /// The words of a tick.
    pub(super) fn words(&self, value: f64) -> String {
        let found = self.ticks.iter().find(|(at, _)| *at == value);
        found.map_or_else(String::new, |(_, words)| words.clone())
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.place(*value) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|(value, _)| *value).collect()
    }

    fn range(&self) -> Range<f64> {
        match &self.scale {
            Scale::Linear { low, high } | Scale::Log { low, high } => *low..*high,
            Scale::Even(values) => {
                let end = |value: Option<&f64>| value.copied().unwrap_or(0.0);
                end(values.first())..end(values.last())
            }
            Scale::Nines { most } => 0.0..*most,
        }
    }
}

fn between(low: f64, high: f64, value: f64) -> f64 {
    if high > low {
        (value - low) / (high - low)
    } else {
        0.5
    }
}

/// Among values at even distances; between two of them by their ratio, or where the lower is
/// 0, by their difference.
fn even(values: &[f64], value: f64) -> f64 {
    let gaps = values.len().saturating_sub(1);
    if gaps == 0 {
        return 0.5;
    }
    let found = values.windows(2).position(|pair| value <= pair[1]);
    let index = found.unwrap_or(gaps - 1);
    let (low, high) = (values[index], values[index + 1]);
    let part = if low > 0.0 {
        between(low.ln(), high.ln(), value.max(low).ln())
    } else {
        between(low, high, value)
    };
    (index as f64 + part.clamp(0.0, 1.0)) / gaps as f64
}

/// From 0 to above the highest.
fn linear(high: f64) -> (Scale, Vec<f64>) {
    let high = if high > 0.0 { high * 1.04 } else { 1.0 };
    let ticks = RangedCoordf64::from(0.0..high).key_points(6);
    (Scale::Linear { low: 0.0, high }, ticks)
}

/// From below the lowest to above the highest, with ticks at 1, 10, 100, and between them where
/// there are few.
fn logarithmic(low: f64, high: f64) -> (Scale, Vec<f64>) {
    let (low, high) = (low / 1.2, high * 1.2);
    let steps: &[f64] = match (high / low).log10() {
        decades if decades > 4.0 => &[1.0],
        decades if decades > 2.5 => &[1.0, 3.0],
        _ => &[1.0, 2.0, 5.0],
    };
    let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let ticks = decades
        .flat_map(|decade| steps.iter().map(move |step| step * 10f64.powi(decade)))
        .filter(|value| (low..=high).contains(value))
        .collect();
    (Scale::Log { low, high }, ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(values: &[f64]) -> Axis {
        Axis::chosen(
            "",
            values
                .iter()
                .map(|value| (*value, value.to_string()))
                .collect(),
        )
    }

    #[test]
    fn chosen_values_that_rise_by_a_factor_stand_at_even_distances() {
        let axis = chosen(&[1.0, 10.0, 100.0, 1000.0]);
        assert!((axis.place(10.0) - 1.0 / 3.0).abs() < 1e-9);
        assert!((axis.place(10f64.powf(1.5)) - 0.5).abs() < 1e-9);
        let with_nothing = chosen(&[0.0, 1.0, 10.0]);
        assert!((with_nothing.place(1.0) - 0.5).abs() < 1e-9);
        assert!((with_nothing.place(0.5) - 0.25).abs() < 1e-9);
    }

    #[test]
    fn chosen_values_that_rise_evenly_are_to_scale() {
        let axis = chosen(&[0.0, 0.6, 0.9, 1.2]);
        assert!((axis.place(0.6) - 0.5).abs() < 1e-9);
        assert!((axis.place(1.05) - 0.875).abs() < 1e-9);
    }

    #[test]
    fn measured_values_begin_at_nothing_unless_they_lie_far_apart() {
        let near = Axis::measured("", [100.0, 900.0], |value| value.to_string());
        assert!(near.place(0.0).abs() < 1e-9);
        let far = Axis::measured("", [1.0, 900.0], |value| value.to_string());
        let ratio = |one, other| far.place(one) - far.place(other);
        assert!((ratio(10.0, 1.0) - ratio(100.0, 10.0)).abs() < 1e-9);
        assert_eq!(far.words(100.0), "100");
    }

    #[test]
    fn each_further_nine_is_as_far_away() {
        let axis = Axis::nines("", 0.999);
        assert!((axis.place(0.9) - 1.0 / 3.0).abs() < 1e-9);
        assert!((axis.place(0.99) - 2.0 / 3.0).abs() < 1e-9);
        assert!((axis.place(1.0) - 1.0).abs() < 1e-9);
    }
}
