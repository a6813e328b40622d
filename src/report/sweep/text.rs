//! The result of a sweep for people: the crossovers first.

use super::sentence::{crossovers, extent, name, rightness, verdict};
use super::table::{MEASURES, table};
use crate::report::compare::sentence::why_not;
use crate::report::compare::text::style;
use crate::report::plain::plain;
use crate::sweep::SweepResult;

pub(super) fn render(result: &SweepResult) -> String {
    let style = style(result.exit());
    let mut out = format!("{style}{}{style:#}\n", verdict(result));
    for words in crossovers(result) {
        out.push_str(&format!("  {words}\n"));
    }
    out.push_str(&format!("{}\n\n", rightness(result)));
    let setting = &result.setting;
    out.push_str(&format!(
        "database    {} {}\nload        {} --seed {}, but for {}\nrounds      {}\n",
        setting.database.backend,
        setting.database.version,
        result.load.arguments(),
        result.load.seed,
        name(result),
        extent(result)
    ));
    for measure in &MEASURES {
        out.push_str(&format!("\n{}:\n", measure.heading));
        out.push_str(&plain(table(result, measure)));
    }
    let mut apart = Vec::new();
    for point in &result.points {
        for standing in &point.comparison.unranked {
            apart.push(format!(
                "  {} at {}={}: {}\n",
                standing.label,
                name(result),
                point.shown,
                why_not(standing)
            ));
        }
    }
    if !apart.is_empty() {
        out.push_str(&format!("\nNot ranked:\n{}", apart.concat()));
    }
    out
}
