//! Where one overtakes another as the axis rises.
//!
//! A crossover is claimed only between two points at which the difference is shown, in opposite
//! directions, and between which nothing is shown. Where it lies is read off the ratio of the
//! two, drawn as straight lines from point to point: where it is 1 is the estimate, and where
//! the ends of its interval are 1 are the ends of the crossover's. Both the ratio and, where the
//! axis is logarithmic, the axis are taken by their logarithms.

use super::{Axis, AxisName, Crossover, SweepPoint};
use crate::compare::statistics::Estimate;
use crate::compare::{Standing, ratio};

/// Every crossover of any two, in the order of the axis.
pub(super) fn find(axis: &Axis, labels: &[String], points: &[SweepPoint]) -> Vec<Crossover> {
    let mut found = Vec::new();
    for (index, one) in labels.iter().enumerate() {
        for other in &labels[index + 1..] {
            let ratios: Vec<Option<Estimate>> = points
                .iter()
                .map(|point| ratio(ranked(point, one)?, ranked(point, other)?))
                .collect();
            for (at, rises) in crossings(axis, &ratios) {
                let (above, below) = if rises { (one, other) } else { (other, one) };
                found.push(Crossover {
                    words: words(axis.name, above, below, &at),
                    faster_above: above.clone(),
                    faster_below: below.clone(),
                    at,
                });
            }
        }
    }
    found.sort_by(|one, other| one.at.value.total_cmp(&other.at.value));
    found
}

fn ranked<'a>(point: &'a SweepPoint, label: &str) -> Option<&'a Standing> {
    let mut ranked = point.comparison.ranked.iter();
    ranked.find(|standing| standing.label == label)
}

/// Where the ratio goes through 1, and whether it rises there.
fn crossings(axis: &Axis, ratios: &[Option<Estimate>]) -> Vec<(Estimate, bool)> {
    let mut found = Vec::new();
    // The last point at which a difference was shown, and which of the two was faster there.
    let mut before: Option<(usize, bool)> = None;
    for (point, ratio) in ratios.iter().enumerate() {
        let Some(ratio) = ratio else {
            // Nothing is known of how they got from before to after it.
            before = None;
            continue;
        };
        if !ratio.excludes(1.0) {
            continue;
        }
        let above = ratio.value > 1.0;
        if let Some((from, was_above)) = before
            && was_above != above
            && let Some(at) = crossing(axis, from, &ratios[from..=point], above)
        {
            found.push((at, above));
        }
        before = Some((point, above));
    }
    found
}

/// Where between the points the ratio, and each end of its interval, is 1.
fn crossing(
    axis: &Axis,
    from: usize,
    ratios: &[Option<Estimate>],
    rises: bool,
) -> Option<Estimate> {
    let places: Vec<f64> = axis.values[from..]
        .iter()
        .map(|value| if axis.logarithmic { value.ln() } else { *value })
        .collect();
    let place_of = |end: fn(&Estimate) -> Option<f64>| {
        let curve: Option<Vec<f64>> = ratios
            .iter()
            .map(|ratio| ratio.as_ref().and_then(end).map(f64::ln))
            .collect();
        let place = zero(&places, &curve?)?;
        Some(if axis.logarithmic { place.exp() } else { place })
    };
    let value = place_of(|ratio| Some(ratio.value))?;
    // A ratio that rises has the upper end of its interval above 1 first.
    let ends = (place_of(|ratio| ratio.high), place_of(|ratio| ratio.low));
    let (low, high) = if rises { ends } else { (ends.1, ends.0) };
    Some(Estimate { value, low, high })
}

/// Where the line through the points first changes its sign.
fn zero(places: &[f64], curve: &[f64]) -> Option<f64> {
    let pairs = curve.windows(2).zip(places.windows(2));
    pairs
        .filter(|(values, _)| values[0].is_sign_negative() != values[1].is_sign_negative())
        .map(|(values, places)| {
            let share = values[0] / (values[0] - values[1]);
            places[0] + share * (places[1] - places[0])
        })
        .next()
}

/// "optimistic overtakes pessimistic above 27 items (21 to 35)".
fn words(axis: AxisName, above: &str, below: &str, at: &Estimate) -> String {
    let (before, after) = match axis {
        AxisName::Threads => ("", " threads"),
        AxisName::Items => ("", " items"),
        AxisName::Pool => ("", " connections"),
        AxisName::Skew => ("a skew of ", ""),
        AxisName::Hold => ("a hold of ", ""),
    };
    let shown = |value: f64| match axis {
        AxisName::Hold if value < 1e3 => format!("{value:.0} µs"),
        AxisName::Hold => format!("{:.1} ms", value / 1e3),
        AxisName::Skew => format!("{value:.2}"),
        _ if value < 10.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    };
    let ends = match (at.low, at.high) {
        (Some(low), Some(high)) => format!(" ({} to {})", shown(low), shown(high)),
        _ => String::new(),
    };
    format!(
        "{above} overtakes {below} above {before}{}{after}{ends}",
        shown(at.value)
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn axis(logarithmic: bool, values: &[f64]) -> Axis {
        Axis {
            name: AxisName::Items,
            unit: "",
            logarithmic,
            values: values.to_vec(),
        }
    }

    fn between(low: f64, value: f64, high: f64) -> Option<Estimate> {
        Some(Estimate {
            value,
            low: Some(low),
            high: Some(high),
        })
    }

    #[test]
    fn a_ratio_that_goes_through_1_crosses_where_it_is_1() {
        let axis = axis(true, &[1.0, 100.0]);
        let ratios = [between(0.25, 0.5, 0.8), between(1.25, 2.0, 4.0)];
        let [(at, rises)] = crossings(&axis, &ratios)[..] else {
            panic!("not one crossing");
        };
        assert!(rises);
        // Half-way, by logarithms: 0.5 and 2 are as far from 1 as each other.
        assert!((at.value - 10.0).abs() < 1e-9, "{at:?}");
        assert!(
            at.low.unwrap() > 1.0 && at.low.unwrap() < at.value,
            "{at:?}"
        );
        assert!(
            at.high.unwrap() > at.value && at.high.unwrap() < 100.0,
            "{at:?}"
        );
        assert_eq!(
            words(AxisName::Items, "optimistic", "pessimistic", &at),
            "optimistic overtakes pessimistic above 10 items (1.9 to 53)"
        );
    }

    #[test]
    fn a_ratio_that_falls_has_its_interval_the_right_way_round() {
        let axis = axis(false, &[0.0, 1.0, 2.0]);
        let ratios = [
            between(1.5, 2.0, 2.5),
            between(0.8, 1.1, 1.3),
            between(0.4, 0.5, 0.6),
        ];
        let [(at, rises)] = crossings(&axis, &ratios)[..] else {
            panic!("not one crossing");
        };
        assert!(!rises);
        assert!(
            at.low.unwrap() < at.value && at.value < at.high.unwrap(),
            "{at:?}"
        );
        assert!(at.value > 1.0 && at.value < 2.0, "{at:?}");
    }

    #[test]
    fn what_is_not_shown_on_both_sides_is_no_crossover() {
        let axis = axis(true, &[1.0, 10.0, 100.0]);
        let unsure = between(0.8, 1.2, 1.9);
        let below = between(0.4, 0.5, 0.6);
        let above = between(1.5, 2.0, 2.5);
        assert!(crossings(&axis, &[below, below, unsure]).is_empty());
        assert!(crossings(&axis, &[unsure, above, above]).is_empty());
        assert!(crossings(&axis, &[below, None, above]).is_empty());
        assert_eq!(crossings(&axis, &[below, unsure, above]).len(), 1);
        assert_eq!(crossings(&axis, &[below, above, below]).len(), 2);
    }
}
