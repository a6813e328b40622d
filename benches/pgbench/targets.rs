//! What was aimed at, and what was reached. (The figures aimed at were measured with a prototype
//! on another machine: those of processor time say as much of it as of the client, and so
//! pgbench's stand beside them.)

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;
use lockbench::compare::statistics::median;
use lockbench::model::strategy::Strategy;

use super::cell::{Cell, Held, Run};

/// Cells that belong together, whether a commit waits for the disk or not.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The geometric mean of their ratios that was aimed at.
    mean: f64,
    fits: fn(&Cell) -> bool,
}

/// Up to two clients none is kept to a processor.
pub(crate) const KINDS: [Kind; 3] = [
    Kind {
        name: "one hot item",
        mean: 1.0,
        fits: |cell| cell.items == 1,
    },
    Kind {
        name: "many items",
        mean: 0.98,
        fits: |cell| cell.items > 1 && !cell.pin,
    },
    Kind {
        name: "many items, `--pin` from 8 clients",
        mean: 0.98,
        fits: |cell| cell.items > 1 && (cell.pin || cell.clients <= 2),
    },
];

impl Kind {
    /// Those of the kind; none of them has a layer that pgbench has not.
    pub(crate) fn among<'a>(&self, cells: &'a [Held], durable: bool) -> Vec<&'a Held> {
        let belongs =
            |cell: &Cell| cell.durable == durable && !cell.is_lifted() && (self.fits)(cell);
        cells.iter().filter(|held| belongs(&held.cell)).collect()
    }
}

/// The targets that the measured cells say something of.
pub(crate) fn table(cells: &[Held]) -> Option<Table> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["target", "aimed at", "reached"]);
    for kind in KINDS {
        let found = kind.among(cells, true);
        let [two, each] = [0, 1].map(|which| ratios(&found, which));
        let least = |ratios: &[(f64, &Cell)]| worst(ratios).map_or(f64::NAN, |(ratio, _)| ratio);
        if two.is_empty() {
            continue;
        }
        for (target, aim, reached) in [
            (
                "-j 2`, durable, geometric mean",
                kind.mean,
                geometric_mean(&two),
            ),
            ("-j 2`, durable, worst cell", 0.9, least(&two)),
            ("-j N`, durable, worst cell", 1.03, least(&each)),
        ] {
            table.add_row([
                format!("`pgbench {target}: {}", kind.name),
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
pub(crate) fn ratios<'a>(cells: &[&'a Held], which: usize) -> Vec<(f64, &'a Cell)> {
    let ratio = |held: &&'a Held| {
        let against = held.against.get(which).or(held.against.last())?;
        Some((against.ratio?.value, &held.cell))
    };
    cells.iter().filter_map(ratio).collect()
}

pub(crate) fn geometric_mean(ratios: &[(f64, &Cell)]) -> f64 {
    let sum: f64 = ratios.iter().map(|(ratio, _)| ratio.ln()).sum();
    (sum / ratios.len() as f64).exp()
}

/// The least of them, and where that is.
pub(crate) fn worst<'a>(ratios: &[(f64, &'a Cell)]) -> Option<(f64, &'a Cell)> {
    ratios.iter().copied().min_by(|a, b| a.0.total_cmp(&b.0))
}

/// The targets that are about one cell.
fn rows(cells: &[Held]) -> Vec<(&'static str, &'static str, String)> {
    let mut rows = Vec::new();
    let durable = |fits: &dyn Fn(&Cell) -> bool| {
        let fits = |held: &&Held| held.cell.durable && held.cell.clients == 32 && fits(&held.cell);
        cells.iter().find(fits)
    };
    let ours = |held: &Held, of: fn(&Run) -> f64| middle(&held.ours, of);
    let times = |held: &Held| geometric_mean(&ratios(&[held], 0));
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
                times(gated),
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
                times(combined),
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
