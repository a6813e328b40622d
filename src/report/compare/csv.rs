//! CSV: a line for each number of the JSON that a chart shows, so that one table holds them
//! all: the strategy, what is measured, of which round or percentile, and the number.

use anyhow::Result;
use csv::Writer;

use crate::compare::statistics::Estimate;
use crate::compare::{CompareResult, Comparison, Completeness, Standing};
use crate::run::ceiling::Ceiling;

/// The columns; a sweep has one more before them.
pub(crate) const HEADER: [&str; 7] = ["strategy", "rank", "measure", "of", "value", "low", "high"];

/// One line.
pub(crate) type Line = [String; 7];

pub(super) fn render(result: &CompareResult) -> Result<String> {
    let mut out = Writer::from_writer(Vec::new());
    out.write_record(HEADER)?;
    for line in lines(&result.comparison) {
        out.write_record(line)?;
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}

/// All lines of a comparison.
pub(crate) fn lines(comparison: &Comparison) -> Vec<Line> {
    let standings = comparison.standings().flat_map(of_standing);
    of_all(comparison).into_iter().chain(standings).collect()
}

/// What is to be known of all of them first: that the rounds are too few, or were cut short.
fn of_all(comparison: &Comparison) -> Vec<Line> {
    let line = |measure: &str, value: u32| {
        let [strategy, rank, of, low, high] = [const { String::new() }; 5];
        [
            strategy,
            rank,
            measure.to_owned(),
            of,
            value.to_string(),
            low,
            high,
        ]
    };
    let measure = match comparison.completeness {
        Completeness::Complete => "rounds",
        Completeness::TooFewRounds => "too_few_rounds",
        Completeness::Interrupted => "interrupted_rounds",
    };
    vec![line(measure, comparison.rounds)]
}

fn of_standing(standing: &Standing) -> Vec<Line> {
    let rank = standing
        .rank
        .map(|rank| rank.to_string())
        .unwrap_or_default();
    let mut lines = Vec::new();
    let mut add = |measure: &str, of: String, value: f64, low: Option<f64>, high: Option<f64>| {
        let shown = |end: Option<f64>| end.map(|end| end.to_string()).unwrap_or_default();
        lines.push([
            standing.label.clone(),
            rank.clone(),
            measure.to_owned(),
            of,
            value.to_string(),
            shown(low),
            shown(high),
        ]);
    };
    for (measure, estimate) in [
        ("ratio", standing.ratio),
        ("goodput_per_s", standing.goodput_per_s),
        ("ratio_to_before", standing.ratio_to_before),
    ] {
        if let Some(Estimate { value, low, high }) = estimate {
            add(measure, String::new(), value, low, high);
        }
    }
    let ceiling = |of: fn(&Ceiling) -> f64| standing.ceiling.as_ref().map(of);
    for (measure, value) in [
        ("attempts_per_sale", Some(standing.attempts_per_sale)),
        ("statements_per_sale", standing.statements_per_sale),
        ("round_trips_per_sale", standing.round_trips_per_sale),
        ("cpu_us_per_sale", Some(standing.cpu_us_per_sale)),
        ("alone_us", Some(standing.alone_us)),
        ("ceiling_per_s", ceiling(|ceiling| ceiling.ceiling_per_s)),
        ("ceiling_reached", ceiling(|ceiling| ceiling.reached)),
    ] {
        if let Some(value) = value {
            add(measure, String::new(), value, None, None);
        }
    }
    for (part, share) in standing.time.named() {
        add("time", part.to_owned(), share, None, None);
    }
    for (cause, count) in &standing.conflicts {
        add("conflicts", (*cause).to_owned(), *count as f64, None, None);
    }
    for (name, count) in standing.violations.named().filter(|(_, count)| *count > 0) {
        add("violations", name.to_owned(), count as f64, None, None);
    }
    let latency = &standing.latency_us;
    for (of, distribution) in [
        ("sold", latency.sold.distribution),
        ("first_try", latency.first_try),
        ("retried", latency.retried),
        ("rejected", latency.rejected),
        ("pool_wait", latency.pool_wait),
    ] {
        for (measure, value) in [
            ("latency_count", Some(distribution.count)),
            ("latency_us_p50", distribution.p50),
            ("latency_us_p90", distribution.p90),
            ("latency_us_p99", distribution.p99),
            ("latency_us_p999", distribution.p999),
            ("latency_us_max", Some(distribution.max)),
        ] {
            if let Some(value) = value {
                add(measure, of.to_owned(), value as f64, None, None);
            }
        }
    }
    for point in &latency.sold.percentiles {
        let of = point.percentile.to_string();
        add(
            "latency_us_percentile",
            of,
            point.latency_us as f64,
            None,
            None,
        );
    }
    for round in &standing.rounds {
        let of = round.round.to_string();
        add(
            "round_goodput_per_s",
            of.clone(),
            round.goodput_per_s,
            None,
            None,
        );
        if let Some(p99) = round.p99_us {
            add("round_p99_us", of, p99 as f64, None, None);
        }
    }
    lines
}
