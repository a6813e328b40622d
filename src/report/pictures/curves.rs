//! How a number changes along the axis of a sweep.

use super::ranked::{band, cut_short};
use super::{look, micros, number, round_micros, round_number};
use crate::compare::Standing;
use crate::compare::sweep::{SweepPoint, SweepResult};
use crate::report::chart::{Axis, Crossing, Line, Lines, Point};

/// What is drawn against the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Measure {
    Goodput,
    Attempts,
    P99,
}

impl Measure {
    /// What the picture shows.
    pub(in crate::report) fn title(self) -> &'static str {
        match self {
            Self::Goodput => "Goodput: units actually sold per second",
            Self::Attempts => "Attempts per sale",
            Self::P99 => "p99 latency",
        }
    }

    /// What its axis shows.
    fn axis(self) -> &'static str {
        match self {
            Self::Goodput => "units per second",
            Self::Attempts => "attempts per sale",
            Self::P99 => "p99 latency",
        }
    }

    /// What its part of a page is called.
    pub(in crate::report) fn name(self) -> &'static str {
        match self {
            Self::Goodput => "goodput",
            Self::Attempts => "attempts",
            Self::P99 => "slowest",
        }
    }

    fn words(self, value: f64) -> String {
        match self {
            Self::P99 => micros(value),
            _ => number(value),
        }
    }

    /// What was measured of one that was right.
    fn of(self, standing: &Standing) -> Option<(f64, Option<(f64, f64)>)> {
        match self {
            Self::Goodput => {
                let goodput = standing.goodput_per_s?;
                Some((goodput.value, band(&goodput)))
            }
            Self::Attempts => Some((standing.attempts_per_sale, None)),
            Self::P99 => {
                let p99 = standing.latency_us.sold.distribution.p99?;
                Some((p99 as f64, None))
            }
        }
    }
}

/// The measure of each one at each point at which it was right.
pub(in crate::report) fn curves(result: &SweepResult, measure: Measure) -> Lines {
    let lines: Vec<Line> = result
        .labels
        .iter()
        .filter_map(|label| line(result, label, measure))
        .collect();
    let all = lines.iter().flat_map(|line| &line.points);
    let all = all.flat_map(|point| match point.band {
        Some((low, high)) => [low, high],
        None => [point.y, point.y],
    });
    let y = match measure {
        Measure::P99 => Axis::measured(measure.axis(), all, round_micros),
        _ => Axis::measured(measure.axis(), all, round_number),
    };
    let told: Vec<String> = lines
        .iter()
        .map(|line| told(result, line, measure))
        .collect();
    // All points have as many rounds.
    let first = result.points.first();
    let cut_short = first
        .and_then(|point| cut_short(&point.comparison))
        .map_or_else(String::new, |why| format!("{why}: "));
    let values = result.points.iter();
    let values = values.map(|point| (point.value, point.shown.clone()));
    Lines {
        title: format!("{cut_short}{} against {}", measure.title(), axis(result)),
        description: told.join("; "),
        x: Axis::chosen(format!("{cut_short}{}", axis(result)), values.collect()),
        y,
        lines,
        crossings: match measure {
            Measure::Goodput => crossings(result),
            _ => Vec::new(),
        },
    }
}

/// What the axis is called.
fn axis(result: &SweepResult) -> &'static str {
    use crate::compare::sweep::AxisName;
    match result.axis.name {
        AxisName::Threads => "threads: concurrent buyers",
        AxisName::Items => "items: how many are for sale",
        AxisName::Skew => "skew: how much buyers prefer some items",
        AxisName::Hold => "hold: how long a buyer thinks",
        AxisName::Pool => "pool: database connections",
    }
}

fn line(result: &SweepResult, label: &str, measure: Measure) -> Option<Line> {
    let at = |point: &SweepPoint| {
        let mut ranked = point.comparison.ranked.iter();
        let standing = ranked.find(|standing| standing.label == label)?;
        let (y, band) = measure.of(standing)?;
        Some((
            look(&result.labels, standing),
            Point {
                x: point.value,
                y,
                band,
            },
        ))
    };
    let found: Vec<(usize, Point)> = result.points.iter().filter_map(at).collect();
    Some(Line {
        name: label.to_owned(),
        look: found.first()?.0,
        points: found.into_iter().map(|(_, point)| point).collect(),
        marked: true,
    })
}

fn told(result: &SweepResult, line: &Line, measure: Measure) -> String {
    let shown = |x: f64| {
        let found = result.points.iter().find(|point| point.value == x);
        found.map_or_else(|| number(x), |point| point.shown.clone())
    };
    let points: Vec<String> = line
        .points
        .iter()
        .map(|point| format!("{} at {}", measure.words(point.y), shown(point.x)))
        .collect();
    format!("{}: {}", line.name, points.join(", "))
}

fn crossings(result: &SweepResult) -> Vec<Crossing> {
    let crossover = result.crossovers.iter().zip('A'..='Z');
    crossover
        .map(|(crossover, letter)| Crossing {
            letter: letter.to_string(),
            x: crossover.at.value,
            band: band(&crossover.at),
        })
        .collect()
}
