//! What was aimed at, and what was reached. (The figures aimed at were measured with a prototype
//! on another machine: those of processor time say as much of it as of the client, and so
//! pgbench's stand beside them.)

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;
use lockbench::statistics::median;
use lockbench::strategy::Strategy;

use crate::cell::{Cell, Held, Run};

/// Several cells, by name.
type Kind = (&'static str, f64, fn(&Cell) -> bool);

/// Up to two clients none is kept to a processor.
const KINDS: [Kind; 3] = [
    ("one hot item", 1.0, |cell| cell.items == 1),
    ("many items", 0.98, |cell| cell.items > 1 && !cell.pin),
    ("many items, `--pin` from 8 clients", 0.98, |cell| {
        cell.items > 1 && (cell.pin || cell.clients <= 2)
    }),
];

/// The targets that the measured cells say something of.
pub(crate) fn table(cells: &[Held]) -> Option<Table> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["target", "aimed at", "reached"]);
    for (kind, mean, fits) in KINDS {
        let fits = |held: &&Held| held.cell.durable && !held.cell.is_lifted() && fits(&held.cell);
        let found: Vec<&Held> = cells.iter().filter(fits).collect();
        let [two, each] = [0, 1].map(|which| ratios(&found, which));
        if two.is_empty() {
            continue;
        }
        let least = |ratios: &[f64]| ratios.iter().copied().fold(f64::INFINITY, f64::min);
        for (target, aim, reached) in [
            ("-j 2`, durable, geometric mean", mean, geometric_mean(&two)),
            ("-j 2`, durable, worst cell", 0.9, least(&two)),
            ("-j N`, durable, worst cell", 1.03, least(&each)),
        ] {
            table.add_row([
                format!("`pgbench {target}: {kind}"),
                format!("≥ {aim:.2}"),
                format!("{reached:.2}"),
            ]);
        }
    }
    for (target, aim, reached) in rows(cells) {
        table.add_row([target, aim, &reached]);
    }
    (table.row_count() > 0).then_some(table)
}

/// How many times pgbench's sales lockbench made, cell by cell: pgbench on two threads (0) or on
/// one for each client (1).
pub(crate) fn ratios(cells: &[&Held], which: usize) -> Vec<f64> {
    let ratio = |held: &&Held| {
        let against = held.against.get(which).or(held.against.last())?;
        Some(against.ratio?.value)
    };
    cells.iter().filter_map(ratio).collect()
}

pub(crate) fn geometric_mean(ratios: &[f64]) -> f64 {
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (sum / ratios.len() as f64).exp()
}

/// The targets that are about one cell.
fn rows(cells: &[Held]) -> Vec<(&'static str, &'static str, String)> {
    let mut rows = Vec::new();
    let durable = |fits: &dyn Fn(&Cell) -> bool| {
        let fits = |held: &&Held| held.cell.durable && held.cell.clients == 32 && fits(&held.cell);
        cells.iter().find(fits)
    };
    let ours = |held: &Held, of: fn(&Run) -> f64| middle(&held.ours, of);
    let cpu = |held: &Held| {
        let theirs = held.against.iter().map(|against| {
            let cpu = middle(&against.theirs, |run| run.cpu_us);
            format!("{cpu:.0} µs on -j {}", against.jobs)
        });
        let theirs: Vec<String> = theirs.collect();
        let ours = ours(held, |run| run.cpu_us);
        format!("{ours:.0} µs; pgbench: {}", theirs.join(", "))
    };
    if let Some(call) = durable(&|cell| !cell.is_lifted() && cell.strategy == Strategy::Procedure) {
        rows.push((
            "processor time of a single statement, 32 clients",
            "≤ 12 µs",
            cpu(call),
        ));
    }
    let locked =
        |cell: &Cell| cell.strategy == Strategy::Pessimistic && cell.items == 1_000 && !cell.pin;
    if let Some(locked) = durable(&locked) {
        rows.push((
            "processor time of FOR UPDATE, 32 clients, 1,000 items",
            "≤ 40 µs",
            cpu(locked),
        ));
    }
    if let Some(gated) = durable(&|cell| cell.ours.plan.gate.is_some()) {
        rows.push((
            "optimistic behind a gate against pgbench's optimistic, 32 clients of one item",
            "≥ 4 times, conflicts < 1 %",
            format!(
                "{:.1} times, conflicts {:.1} %",
                ratios(&[gated], 0).first().copied().unwrap_or(f64::NAN),
                ours(gated, |run| run.conflicts) * 100.0
            ),
        ));
    }
    let combined = |cell: &Cell| {
        cell.is_lifted()
            && cell.ours.plan == Strategy::Combine.plan()
            && cell.strategy == Strategy::Procedure
    };
    if let Some(combined) = durable(&combined) {
        rows.push((
            "combine against pgbench's single statement, 32 clients of one item",
            "≥ 15 times, p99 ≤ 1.5 ms",
            format!(
                "{:.1} times, p99 {:.2} ms",
                ratios(&[combined], 0).first().copied().unwrap_or(f64::NAN),
                ours(combined, |run| run.p99_us.unwrap_or(f64::NAN)) / 1e3
            ),
        ));
    }
    rows
}

/// The median of a figure of several runs.
pub(crate) fn middle(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    let values: Vec<f64> = runs.iter().map(of).collect();
    median(&values).map_or(f64::NAN, |estimate| estimate.value)
}
