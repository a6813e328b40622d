//! The result of a sweep for people: the crossovers first.

use super::sentence::{crossovers, extent, headline, name, rightness};
use super::table::{MEASURES, table};
use crate::compare::sweep::SweepResult;
use crate::report::compare::sentence::why_not;
use crate::report::compare::text::{INDENT, database, style};
use crate::report::fold::{folded, hanging, listed, styled};
use crate::report::plain::fitted;

pub(super) fn render(result: &SweepResult, width: usize) -> String {
    let mut out = styled(&headline(result), style(result.exit()), width);
    for words in crossovers(result) {
        out.push_str(&hanging("  ", &words, width));
    }
    out.push_str(&folded(&rightness(result), width));
    out.push('\n');
    let load = &result.load;
    let mut facts = database(&result.conditions.database);
    facts.push((
        "load",
        format!(
            "{} --seed {}, with {} varied",
            load.arguments(),
            load.seed,
            name(result)
        ),
    ));
    facts.push(("rounds", extent(result)));
    out.push_str(&listed(&facts, INDENT, width));
    for measure in &MEASURES {
        out.push_str(&format!("\n{}:\n", measure.heading));
        out.push_str(&fitted(table(result, measure), width, &[]));
    }
    let mut apart = Vec::new();
    for point in &result.points {
        for standing in &point.comparison.unranked {
            let why = format!(
                "{} at {}={}: {}",
                standing.label,
                name(result),
                point.shown,
                why_not(standing)
            );
            apart.push(hanging("  ", &why, width));
        }
    }
    if !apart.is_empty() {
        out.push_str(&format!("\nNot ranked:\n{}", apart.concat()));
    }
    out
}
