//! What the speed was spent on: where the buyers' time went, and what came to nothing.

use comfy_table::{CellAlignment, Table};

use crate::compare::{Comparison, Standing, TimeShares};
use crate::model::figures::thousands;
use crate::run::ceiling::Ceiling;

/// Shares below this are not worth a column.
const LEAST: f64 = 0.005;

/// Where the buyers' time went: a column for each share that any of them has.
pub(super) fn time(comparison: &Comparison) -> Table {
    let mut table = Table::new();
    let names = shares_that_count(comparison);
    table.set_header(std::iter::once("buyers' time").chain(names.iter().copied()));
    for standing in &comparison.ranked {
        let cells = standing
            .time
            .named()
            .into_iter()
            .filter(|(name, _)| names.contains(name))
            .map(|(_, share)| format!("{:.0} %", share * 100.0));
        table.add_row(std::iter::once(standing.label.clone()).chain(cells));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// How close those who wait for each other came to what the server allows.
pub(super) fn limits(comparison: &Comparison) -> Option<Table> {
    let mut table = Table::new();
    table.set_header([
        "hot row",
        "round trips under the lock",
        "this server allows",
        "reached",
        "",
    ]);
    for standing in &comparison.ranked {
        let Some(ceiling) = standing.ceiling else {
            continue;
        };
        table.add_row([
            standing.label.clone(),
            ceiling.round_trips_under_lock.to_string(),
            format!(
                "{} per second",
                thousands(ceiling.ceiling_per_s.round() as u64)
            ),
            format!("{:.0} %", ceiling.reached * 100.0),
            doubt(&ceiling).to_owned(),
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    (table.row_count() > 0).then_some(table)
}

fn doubt(ceiling: &Ceiling) -> &'static str {
    match ceiling.is_disturbed() {
        true => "the times did not hold",
        false => "",
    }
}

fn shares_that_count(comparison: &Comparison) -> Vec<&'static str> {
    let counts = |name: &&str| {
        let mut shares = comparison.ranked.iter().flat_map(|one| one.time.named());
        shares.any(|(other, share)| other == *name && share >= LEAST)
    };
    let all = TimeShares::default().named().map(|(name, _)| name);
    all.into_iter().filter(counts).collect()
}

/// What came to nothing, and why: a line for each that met other buyers, or failed.
pub(super) fn in_vain(comparison: &Comparison) -> Vec<String> {
    let causes = |standing: &Standing| -> Vec<String> {
        let conflicts = standing.conflicts.iter();
        let conflicts = conflicts
            .map(|(cause, count)| format!("{} {}", thousands(*count), cause.replace('_', " ")));
        let gave_up = (standing.outcomes.gave_up > 0)
            .then(|| format!("{} gave up", thousands(standing.outcomes.gave_up)));
        let errors = standing.errors.iter();
        let errors = errors.map(|(text, count)| format!("{} failed: {text}", thousands(*count)));
        conflicts.chain(gave_up).chain(errors).collect()
    };
    let ranked = comparison.ranked.iter();
    ranked
        .map(|standing| (standing, causes(standing)))
        .filter(|(_, causes)| !causes.is_empty())
        .map(|(standing, causes)| format!("{}: {}", standing.label, causes.join(", ")))
        .collect()
}
