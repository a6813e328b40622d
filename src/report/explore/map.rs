//! The map as a table: a line for each way to begin, a column for each way to write.

use anyhow::{Result, bail};
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

use super::ExploreFormat;
use crate::model::figures::count;
use crate::model::strategy::{Plan, Write};
use crate::model::verdict::Verdict;
use crate::proof::purchases::{MapResult, Place, Proof};
use crate::report::plain::{INTERRUPTED, plain};
use crate::report::session::sentences;

/// Why there is no page of the map.
pub const NO_PAGE: &str =
    "the map is one table and has no page to step through: use --format markdown";

const LEGEND: &str = "\
`safe 36`: safe in all 36 schedules. `UNSAFE 80/92`: sells too much, or loses an update, in 80 of
92. A strategy's name comes first if the combination has one. `deadlock 6`: two buyers deadlocked in
6 schedules; the database aborted one of them, and it retried. `false 4`: in 4, a buyer was turned
away while there was stock. `cut 2`: in 2, a buyer used up its attempts, so nothing is proved.";

/// Writes the map down in `format`.
///
/// # Errors
/// As for [`render`](super::render).
pub fn render_map(map: &MapResult, format: ExploreFormat) -> Result<String> {
    match format {
        ExploreFormat::Json => Ok(serde_json::to_string_pretty(map)? + "\n"),
        ExploreFormat::Text => Ok(format!(
            "{}\n{}\n{}\n{LEGEND}\n",
            sentence(map),
            sentences(&map.database),
            plain(table(map))
        )),
        ExploreFormat::Markdown => {
            let mut table = table(map);
            table.load_style(ASCII_MARKDOWN);
            Ok(format!(
                "# {} on {}\n\n{}.\n{}\n\
                 Made with `lockbench explore --map --format markdown`.\n\n{table}\n\n{LEGEND}\n",
                match map.interrupted {
                    true => "Interrupted: some combinations",
                    false => "Every combination",
                },
                map.database.backend,
                sentence(map),
                sentences(&map.database)
            ))
        }
        ExploreFormat::Html => bail!("{NO_PAGE}"),
    }
}

fn sentence(map: &MapResult) -> String {
    let number = |verdict| {
        let places = map.places.iter();
        places
            .filter(|place| place.proof.verdict == verdict)
            .count()
    };
    let open = match number(Verdict::Inconclusive) {
        0 => String::new(),
        open => format!(", {open} inconclusive"),
    };
    let interrupted = match map.interrupted {
        true => format!("{INTERRUPTED} So far: "),
        false => String::new(),
    };
    format!(
        "{interrupted}{} {}, every schedule of {} with {} in stock: of {} combinations {} are safe, {} unsafe{open}",
        map.database.backend,
        map.database.version,
        count(map.sessions as u64, "buyer", "buyers"),
        map.stock,
        map.places.len(),
        number(Verdict::Safe),
        number(Verdict::Unsafe),
    )
}

fn table(map: &MapResult) -> Table {
    let writes = [
        Write::Assign,
        Write::IfVersion,
        Write::IfEnough,
        Write::Subtract,
    ];
    let mut table = Table::new();
    let mut header = ["guard", "isolation", "read"].map(str::to_owned).to_vec();
    header.extend(writes.map(|write| write.to_string()));
    table.set_header(header);
    let mut places = map.places.as_slice();
    while let Some(first) = places.first() {
        let alike = |place: &Place| {
            Plan {
                write: first.plan.write,
                ..place.plan
            } == first.plan
        };
        let end = places.iter().position(|place| !alike(place));
        let (row, rest) = places.split_at(end.unwrap_or(places.len()));
        places = rest;
        let plan = first.plan;
        let mut cells = vec![
            plan.guard.to_string(),
            plan.isolation.to_string(),
            plan.read.to_string(),
        ];
        cells.extend(writes.map(|write| {
            let place = row.iter().find(|place| place.plan.write == write);
            place.map_or("—".to_owned(), cell)
        }));
        table.add_row(cells);
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Left);
    }
    table
}

/// What is known of one place: "pessimistic: safe 36".
pub fn cell(place: &Place) -> String {
    let Proof {
        schedules,
        broken,
        deadlocked,
        false_sold_out,
        cut,
        verdict,
        ..
    } = &place.proof;
    let mut text = match verdict {
        Verdict::Safe => format!("safe {schedules}"),
        Verdict::Unsafe => format!("UNSAFE {broken}/{schedules}"),
        Verdict::Inconclusive => format!("inconclusive {schedules}"),
    };
    for (what, number) in [
        ("deadlock", deadlocked),
        ("false", false_sold_out),
        ("cut", cut),
    ] {
        if *number > 0 {
            text.push_str(&format!(", {what} {number}"));
        }
    }
    match &place.name {
        Some(name) => format!("{name}: {text}"),
        None => text,
    }
}
