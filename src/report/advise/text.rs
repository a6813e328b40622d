//! An advice for people, in plain words: what to take comes first.

use clap::ValueEnum;

use crate::advise::{Advice, Outlook, Recommendation};
use crate::named::Named;
use crate::report::compare::sentence::{estimate, extent_of, list, rightness, why_not};
use crate::report::compare::table::{ranking, whole};
use crate::report::compare::text::style;
use crate::report::plain::plain;

pub(super) fn render(advice: &Advice) -> String {
    let style = style(advice.exit());
    let comparison = &advice.comparison;
    let mut out = match &advice.recommendation {
        Some(chosen) => {
            let mut out = format!("{style}Take {}.{style:#}\n", chosen.label);
            for paragraph in paragraphs(advice, chosen) {
                out.push_str(&format!("\n{paragraph}\n"));
            }
            out
        }
        None => format!(
            "{style}There is nothing to recommend: none of them could be ranked.{style:#}\n"
        ),
    };
    let setting = &advice.setting;
    out.push_str(&format!(
        "\nWhat this rests on: {} {}, {} --seed {}, {}.\n{}\n\n",
        setting.database.backend,
        setting.database.version,
        comparison.load.arguments(),
        comparison.load.seed,
        extent_of(comparison, setting, advice.interrupted, advice.elapsed_s),
        rightness(comparison)
    ));
    if !comparison.ranked.is_empty() {
        out.push_str(&plain(ranking(comparison)));
    }
    for standing in &comparison.unranked {
        out.push_str(&format!(
            "not ranked: {}: {}\n",
            standing.label,
            why_not(standing)
        ));
    }
    out
}

fn paragraphs(advice: &Advice, chosen: &Recommendation) -> Vec<String> {
    let named = Named::from_str(&chosen.label, false);
    let [(_, idea), (_, fails), (_, cost)] = named.map_or([("", ""); 3], Named::lesson);
    let mut paragraphs = vec![
        format!("{} {idea}", speed(chosen)),
        format!(
            "{}\nWhen it fails: {fails}\nWhat it costs: {cost}",
            asks(chosen)
        ),
    ];
    if let Some(deciding) = &advice.deciding {
        let loses = deciding.to_fastest.map_or_else(String::new, |ratio| {
            format!(
                ", which has {} of the fastest one's goodput",
                estimate(&ratio, 2)
            )
        });
        paragraphs.push(format!(
            "Where the program itself must decide between reading and taking: {}{loses}.",
            deciding.label
        ));
    }
    if !advice.outlook.is_empty() {
        let lines: Vec<String> = advice
            .outlook
            .iter()
            .map(|outlook| outlook_line(outlook, &chosen.label))
            .collect();
        paragraphs.push(format!("When that would change:\n{}", lines.join("\n")));
    }
    paragraphs
}

/// How fast it is, and what the others are against it.
fn speed(chosen: &Recommendation) -> String {
    let goodput = chosen.goodput_per_s.as_ref().map(whole).unwrap_or_default();
    let mut said = format!("It sold {goodput} per second at these numbers.");
    if !chosen.no_difference_from.is_empty() {
        let others: Vec<&str> = chosen
            .no_difference_from
            .iter()
            .map(String::as_str)
            .collect();
        said += &format!(
            " No difference is shown to {}, and of these it asks least of your program.",
            list(&others)
        );
    }
    if let (Some(next), Some(ratio)) = (&chosen.next_best, chosen.next_best_ratio) {
        said += &format!(
            " The next best, {next}, has {} of that.",
            estimate(&ratio, 2)
        );
    }
    said
}

/// What it asks of the program.
fn asks(chosen: &Recommendation) -> String {
    if chosen.burdens.is_empty() {
        return "It asks for nothing but a transaction around the purchase.".to_owned();
    }
    let burdens: Vec<String> = chosen.burdens.iter().map(ToString::to_string).collect();
    let burdens: Vec<&str> = burdens.iter().map(String::as_str).collect();
    format!("It asks for {}.", list(&burdens))
}

fn outlook_line(outlook: &Outlook, chosen: &str) -> String {
    let what = &outlook.neighbour.what;
    match &outlook.change {
        _ if outlook.rounds == 0 => format!("  with {what}: not measured"),
        Some(change) => format!(
            "  with {what}: {} is faster, {} times",
            change.label,
            estimate(&change.ratio, 2)
        ),
        None if outlook.stays_ahead => {
            format!("  with {what}: {chosen} is the fastest there as well")
        }
        None => format!("  with {what}: nothing is shown to be faster"),
    }
}
