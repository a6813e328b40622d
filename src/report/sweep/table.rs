//! A table of one measure: a line for each point, a column for each strategy.

use comfy_table::{CellAlignment, Table};

use super::sentence::name;
use crate::compare::Standing;
use crate::compare::sweep::SweepResult;
use crate::model::figures::thousands;
use crate::report::figures::percentile;

/// One of the numbers that a sweep is about.
pub(super) struct Measure {
    pub(super) heading: &'static str,
    shown: fn(&Standing) -> String,
}

pub(super) const MEASURES: [Measure; 3] = [
    Measure {
        heading: "Goodput per second; * fastest, or tied",
        shown: goodput,
    },
    Measure {
        heading: "Attempts per sale",
        shown: |standing| format!("{:.2}", standing.attempts_per_sale),
    },
    Measure {
        heading: "p99 latency",
        shown: |standing| percentile(standing.latency_us.sold.distribution.p99),
    },
];

fn goodput(standing: &Standing) -> String {
    let goodput = standing.goodput_per_s;
    let shown = goodput.map_or_else(String::new, |goodput| {
        thousands(goodput.value.round() as u64)
    });
    let mark = if standing.rank == Some(1) { " *" } else { "  " };
    shown + mark
}

/// The measure at each point, of each strategy.
pub(super) fn table(result: &SweepResult, measure: &Measure) -> Table {
    let mut table = Table::new();
    let header = std::iter::once(name(result)).chain(result.labels.iter().cloned());
    table.set_header(header);
    for point in &result.points {
        let cells = result.labels.iter().map(|label| {
            let mut ranked = point.comparison.ranked.iter();
            match ranked.find(|standing| standing.label == *label) {
                Some(standing) => (measure.shown)(standing),
                None if point.comparison.rounds == 0 => "—".to_owned(),
                None => "not ranked".to_owned(),
            }
        });
        table.add_row(std::iter::once(point.shown.clone()).chain(cells));
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
