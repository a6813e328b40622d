//! Markdown: the verdict, and the figures as a table.

use comfy_table::presets::ASCII_MARKDOWN;

use super::sentence::{what_happened, what_it_means};
use super::text::durability;
use crate::model::figures::thousands;
use crate::report::figures::latencies;
use crate::report::session::sentences;
use crate::run::result::RunResult;

pub(super) fn render(result: &RunResult) -> String {
    let database = &result.database;
    let interrupted = match result.interrupted {
        true => "Interrupted: ",
        false => "",
    };
    let mut out = format!(
        "## {interrupted}{} on {} {}: {}\n\n{}.\n",
        result.strategy.name,
        database.backend,
        database.version,
        result.verdict,
        what_happened(result)
    );
    if let Some(meaning) = what_it_means(result) {
        out.push_str(&format!("{meaning}\n"));
    }
    out.push_str(&sentences(database));
    if let Some(words) = durability(result) {
        out.push_str(&format!("Durability: {words}.\n"));
    }
    let outcomes = &result.outcomes;
    out.push_str("\n| | |\n|---|---:|\n");
    let often = [
        "sold",
        "restocked",
        "sold_out",
        "in_use",
        "gave_up",
        "failed",
    ];
    let orders = outcomes.named().into_iter();
    let orders = orders.filter(|(name, number)| *number > 0 || often.contains(name));
    let orders = orders.map(|(name, number)| (name.replace('_', " "), number));
    let goodput = result.goodput_per_s.round() as u64;
    for (name, number) in orders.chain([
        ("attempts".to_owned(), result.attempts),
        (
            "goodput: units actually sold per second".to_owned(),
            goodput,
        ),
    ]) {
        out.push_str(&format!("| {name} | {} |\n", thousands(number)));
    }
    if let Some(ceiling) = &result.ceiling {
        out.push_str(&format!(
            "| allowed per second by {} round trips under the lock | {} |\n",
            ceiling.round_trips_under_lock,
            thousands(ceiling.ceiling_per_s.round() as u64)
        ));
    }
    if let Some(effects) = &result.effects {
        for (name, value) in [
            ("calls to the external API", effects.calls),
            ("billed once", effects.billed_once),
            ("billed twice or more", effects.billed_twice_or_more),
            ("never billed", effects.never_billed),
        ] {
            out.push_str(&format!("| {name} | {} |\n", thousands(value)));
        }
    }
    for (name, value) in result.violations.named() {
        out.push_str(&format!(
            "| {} | {} |\n",
            name.replace('_', " "),
            thousands(value)
        ));
    }
    for (name, value) in result.durability.losses.named() {
        if value > 0 {
            let (name, value) = (name.replace('_', " "), thousands(value));
            out.push_str(&format!(
                "| perhaps lost by the server: {name} | {value} |\n"
            ));
        }
    }
    for (cause, number) in &result.conflicts {
        out.push_str(&format!(
            "| conflict: {} | {} |\n",
            cause.replace('_', " "),
            thousands(*number)
        ));
    }
    let mut table = latencies(result);
    if table.row_count() > 0 {
        table.load_style(ASCII_MARKDOWN);
        out.push_str(&format!("\n{table}\n"));
    }
    out
}
