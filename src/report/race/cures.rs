//! What was tried to cure a race: a table, and what to write.

use comfy_table::{CellAlignment, Table};

use super::orm::Library;
use crate::model::figures::thousands;
use crate::model::verdict::Verdict;
use crate::race::{CureOutcome, ExploredCure, RaceResult, TriedCure};
use crate::report::fold::{folded, hanging};
use crate::report::plain::fitted;

/// What the columns mean.
const MEANINGS: &str = "Refused: a session is told no, by an error or by 0 rows, and the program \
                        has to run it again, or to give up. Locked for: statements from the first that \
                        locks to the COMMIT.";

/// The table, and below it each cure in SQL, and in the words of the client where it is known.
pub(super) fn cures(result: &RaceResult, tried: &[TriedCure], width: usize) -> String {
    let mut table = Table::new();
    let judged = "verdict".to_owned();
    table.set_header([
        "cure",
        judged.as_str(),
        "orders",
        "wrong",
        "refused",
        "deadlocked",
        "waited",
        "more statements",
        "locked for",
    ]);
    for column in 2..9 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for cure in tried {
        table.add_row(row(cure, result));
    }
    let mut out = folded(&headline(tried), width);
    out.push('\n');
    out.push_str(&fitted(table, width, &[judged]));
    for cure in tried {
        if let CureOutcome::Untried { reason } = &cure.outcome {
            out.push_str(&hanging(&format!("{}: ", cure.title()), reason, width));
        }
    }
    out.push('\n');
    out.push_str(&folded(MEANINGS, width));
    let orm = result.witness.as_ref().and_then(|witness| {
        let steps = witness.history.steps.iter();
        Library::of(steps.map(|step| step.sql.as_str()))
    });
    for cure in tried.iter().filter(|cure| cure.is_proved()) {
        let lines = recipe(cure, orm);
        if !lines.is_empty() {
            out.push_str(&format!("\n{}:\n", cure.title()));
        }
        for (name, line) in lines {
            out.push_str(&hanging(&format!("  {name:9}"), &line, width));
        }
    }
    out
}

/// The sentence above the table.
pub(super) fn headline(tried: &[TriedCure]) -> String {
    let proved: Vec<String> = (tried.iter())
        .filter(|cure| cure.is_proved())
        .map(TriedCure::title)
        .collect();
    match proved.as_slice() {
        [] => format!("Of {} changes that were tried none is a cure:", tried.len()),
        [first, ..] => format!(
            "Of {} changes that were tried {} {}, each in all orders; the cheapest is {first}:",
            tried.len(),
            proved.len(),
            if proved.len() == 1 {
                "is a cure"
            } else {
                "are cures"
            }
        ),
    }
}

fn row(cure: &TriedCure, result: &RaceResult) -> Vec<String> {
    let mut cells = vec![cure.title()];
    match &cure.outcome {
        CureOutcome::Explored(found) => cells.extend(counts(cure, found)),
        CureOutcome::There => cells.extend([
            "there already".to_owned(),
            thousands(result.schedules),
            thousands(result.broken),
        ]),
        CureOutcome::Untried { .. } => cells.push("not tried".to_owned()),
    }
    if let CureOutcome::Explored(_) = cure.outcome {
        cells.push(match cure.more_round_trips {
            0 => String::new(),
            more => format!("+{more}"),
        });
        cells.push(cure.locked_for.map(|it| it.to_string()).unwrap_or_default());
    }
    cells
}

fn counts(cure: &TriedCure, found: &ExploredCure) -> Vec<String> {
    let verdict = match found.verdict {
        Verdict::Safe if cure.deadlocks() => "deadlocks",
        Verdict::Safe if cure.gives_up() => "gives up",
        Verdict::Safe => "right",
        Verdict::Unsafe => "wrong",
        Verdict::Inconclusive => "inconclusive",
    };
    let mut cells = vec![verdict.to_owned()];
    let numbers = [
        found.schedules,
        found.broken,
        found.failed,
        found.deadlocked,
        found.waited,
    ];
    cells.extend(numbers.map(thousands));
    cells
}

/// A cure and what to write, in a line.
pub(super) fn in_a_line(cure: &TriedCure) -> String {
    let statements = cure.statements.iter().map(|it| it.after.clone());
    let parts: Vec<String> = statements.chain(cure.database.clone()).collect();
    match parts.is_empty() {
        true => cure.title(),
        false => format!("{}: {}", cure.title(), parts.join("; ")),
    }
}

/// What to write, line by line, each behind what it is.
fn recipe(cure: &TriedCure, orm: Option<Library>) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    for statement in &cure.statements {
        lines.push(("now", statement.before.clone()));
        lines.push(("then", statement.after.clone()));
    }
    lines.extend(cure.database.clone().map(|sql| ("database", sql)));
    if let Some(orm) = orm
        && let Some(words) = orm.words(cure.name)
    {
        lines.push((orm.name(), words.to_owned()));
    }
    lines
}
