//! What came of it: as text, as JSON, and in the documentation.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use lockbench::compare::statistics::Estimate;
use lockbench::db::Description;
use serde::Serialize;

use super::arguments::Arguments;
use super::cell::{Against, Cell, Held, Run};
use super::targets::{self, KINDS, geometric_mean, middle, ratios, worst};

/// Between these two the documentation holds the tables.
const MARKS: (&str, &str) = ("<!-- measured -->\n", "<!-- /measured -->\n");

#[derive(Serialize)]
pub(crate) struct Report {
    schema: &'static str,
    rounds: usize,
    seconds: u32,
    processors: usize,
    servers: Vec<Description>,
    cells: Vec<Held>,
}

impl Report {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        Self {
            schema: "lockbench.pgbench/1",
            rounds: arguments.rounds(),
            seconds: arguments.seconds(),
            processors: std::thread::available_parallelism().map_or(0, usize::from),
            servers: Vec::new(),
            cells: Vec::new(),
        }
    }

    pub(crate) fn server(&mut self, description: Description) {
        self.servers.push(description);
    }

    pub(crate) fn add(&mut self, cell: Held) {
        self.cells.push(cell);
    }

    pub(crate) fn text(&self) -> String {
        format!("{}\n{}\n\n", self.in_short(), self.cells_table())
    }

    /// Without the cells themselves.
    fn in_short(&self) -> String {
        let server = self.servers.first().map_or("", |server| &server.version);
        let targets = targets::table(&self.cells).map(|table| format!("{table}\n\n"));
        let lifted = self.lifted_table().map(|table| {
            format!(
                "\n32 clients of one hot item with a layer, against pgbench without:\n\n{table}\n"
            )
        });
        format!(
            "PostgreSQL {server}, {} processors, {} rounds of {} s.\n\n{}{}{}",
            self.processors,
            self.rounds,
            self.seconds,
            targets.unwrap_or_default(),
            self.summary(),
            lifted.unwrap_or_default()
        )
    }

    /// What lifts the ceiling of a hot row, and what that is worth.
    fn lifted_table(&self) -> Option<Table> {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN);
        table.set_header([
            "lockbench",
            "sold/s",
            "p99",
            "CPU",
            "conflicts per sale",
            "pgbench",
            "sold/s",
            "CPU",
            "ratio",
            "95 %",
        ]);
        for held in self.cells.iter().filter(|held| held.cell.is_lifted()) {
            for against in &held.against {
                table.add_row(lifted_row(held, against));
            }
        }
        for column in [1, 2, 3, 4, 6, 7, 8, 9] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        (table.row_count() > 0).then_some(table)
    }

    fn cells_table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN);
        table.set_header([
            "strategy",
            "items",
            "clients",
            "commit",
            "lockbench/s",
            "CPU",
            "switches",
            "pgbench",
            "pgbench/s",
            "CPU",
            "switches",
            "ratio",
            "95 %",
            "ceiling/s",
        ]);
        for held in self.cells.iter().filter(|held| !held.cell.is_lifted()) {
            for against in &held.against {
                table.add_row(row(held, against));
            }
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            if ![0, 3, 7].contains(&index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }

    /// Geometric means and the worst cell, against pgbench on two threads and on one per client.
    fn summary(&self) -> String {
        let mut out = String::new();
        for (threads, which) in [("two threads", 0), ("a thread per client", 1)] {
            for durable in [true, false] {
                for kind in KINDS {
                    let all = ratios(&kind.among(&self.cells, durable), which);
                    let Some((worst, cell)) = worst(&all) else {
                        continue;
                    };
                    let _ = writeln!(
                        out,
                        "* against pgbench on {threads}, {}, {}: geometric mean {:.2}, \
                         worst {worst:.2} ({}, {} clients)",
                        commit(durable),
                        kind.name,
                        geometric_mean(&all),
                        name(cell),
                        cell.clients
                    );
                }
            }
        }
        out
    }

    pub(crate) fn save(&self, arguments: &Arguments) -> Result<()> {
        let folder = &arguments.output;
        fs::create_dir_all(folder)?;
        let json = serde_json::to_string_pretty(self)?;
        fs::write(folder.join("result.json"), json + "\n")?;
        fs::write(folder.join("result.md"), self.text())?;
        fs::write(folder.join("summary.md"), self.in_short())?;
        println!("\nwritten to {}", folder.display());
        if arguments.docs {
            let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pgbench.md");
            let text = fs::read_to_string(page)?;
            let (before, rest) = text.split_once(MARKS.0).context("the page has no mark")?;
            let (_, after) = rest
                .split_once(MARKS.1)
                .context("the page has no end mark")?;
            let tables = self.text();
            fs::write(
                page,
                format!("{before}{}{tables}{}{after}", MARKS.0, MARKS.1),
            )?;
        }
        Ok(())
    }
}

/// One cell in a line, as soon as it is known.
pub(crate) fn line(held: &Held) -> String {
    let cell = &held.cell;
    let ratios = held.against.iter().map(|against| {
        let ratio = against.ratio.map_or(f64::NAN, |ratio| ratio.value);
        format!("{ratio:.2} of pgbench -j{}", against.jobs)
    });
    format!(
        "{:22} {:5} items {:3} clients {:9} {}",
        name(cell),
        cell.items,
        cell.clients,
        commit(cell.durable),
        ratios.collect::<Vec<_>>().join(", ")
    )
}

/// What lockbench runs.
fn name(cell: &Cell) -> String {
    let pinned = if cell.pin { " --pin" } else { "" };
    format!("{}{pinned}", cell.ours.name)
}

fn lifted_row(held: &Held, against: &Against) -> Vec<String> {
    let cell = &held.cell;
    let p99 = middle(&held.ours, |run| run.p99_us.unwrap_or(f64::NAN));
    let (value, interval) = ratio(against);
    vec![
        name(cell),
        speed(&held.ours),
        format!("{:.2} ms", p99 / 1e3),
        cpu(&held.ours),
        format!("{:.3}", middle(&held.ours, |run| run.conflicts)),
        format!("{} -j{}", cell.strategy, against.jobs),
        speed(&against.theirs),
        cpu(&against.theirs),
        value,
        interval,
    ]
}

/// The ratio, and its interval.
fn ratio(against: &Against) -> (String, String) {
    let Some(Estimate { value, low, high }) = against.ratio else {
        return ("–".to_owned(), "–".to_owned());
    };
    let interval = low.zip(high).map_or("–".to_owned(), |(low, high)| {
        format!("{low:.2}–{high:.2}")
    });
    (format!("{value:.2}"), interval)
}

fn commit(durable: bool) -> &'static str {
    if durable { "durable" } else { "fsync off" }
}

fn row(held: &Held, against: &Against) -> Vec<String> {
    let cell = &held.cell;
    let switches = |runs: &[Run]| format!("{:.1}", middle(runs, |run| run.switches));
    let (ratio, interval) = ratio(against);
    vec![
        name(cell),
        cell.items.to_string(),
        cell.clients.to_string(),
        commit(cell.durable).to_owned(),
        speed(&held.ours),
        cpu(&held.ours),
        switches(&held.ours),
        format!("-j{}", against.jobs),
        speed(&against.theirs),
        cpu(&against.theirs),
        switches(&against.theirs),
        ratio,
        interval,
        held.ceiling_per_s.map_or("–".to_owned(), whole),
    ]
}

fn speed(runs: &[Run]) -> String {
    whole(middle(runs, |run| run.sales_per_s))
}

fn cpu(runs: &[Run]) -> String {
    format!("{:.1} µs", middle(runs, |run| run.cpu_us))
}

fn whole(number: f64) -> String {
    format!("{number:.0}")
}
