//! An advice for people, in plain words: what to take comes first.

mod others;

use clap::ValueEnum;

use self::others::{layers, outlook, passed_over};
use crate::compare::advise::{Advice, Burden, Recommendation};
use crate::model::named::Named;
use crate::report::compare::sentence::{cut_short, extent_of, list, rightness, slower, why_not};
use crate::report::compare::table::{ranking_within, whole};
use crate::report::compare::text::style;
use crate::report::figures::percentile;
use crate::report::fold::{folded, hanging, styled};
use crate::report::session::sentences;

pub(super) fn render(advice: &Advice, width: usize) -> String {
    let mut out = styled(&headline(advice), style(advice.exit()), width);
    if let Some(chosen) = &advice.recommendation {
        for paragraph in paragraphs(advice, chosen, width) {
            out.push_str(&format!("\n{paragraph}"));
        }
    }
    out.push_str(&format!("\n{}", evidence(advice, width)));
    out
}

/// What to take; that not all was measured comes before it.
fn headline(advice: &Advice) -> String {
    let why = cut_short(&advice.comparison, &advice.conditions);
    match (&advice.recommendation, why) {
        (None, Some(why)) => format!("{why}: nothing can be recommended."),
        (None, None) => "Nothing can be recommended: none of them could be ranked.".to_owned(),
        (Some(chosen), _) if advice.interrupted => format!(
            "Interrupted before all was measured. So far: take {}.",
            chosen.label
        ),
        (Some(chosen), _) => format!("Take {}.", chosen.label),
    }
}

/// Each in lines that are ended.
fn paragraphs(advice: &Advice, chosen: &Recommendation, width: usize) -> Vec<String> {
    let named = Named::from_str(&chosen.label, false);
    let [(_, idea), (_, fails), (_, cost)] = named.map_or([("", ""); 3], Named::lesson);
    let sql = advice.statements.iter();
    let sql = sql.map(|statement| hanging("  ", &statement.to_string(), width));
    let lesson = format!(
        "{}\nWhen it fails: {fails}\nWhat it costs: {cost}",
        asks(&chosen.burdens)
    );
    let mut paragraphs = vec![
        sql.collect(),
        folded(&format!("{idea} {}", numbers(chosen)), width),
        folded(&lesson, width),
    ];
    if let Some(deciding) = &advice.deciding {
        let deciding = format!(
            "If your code must decide between reading and taking, take {}: {}",
            deciding.label,
            numbers(deciding)
        );
        paragraphs.push(folded(&deciding, width));
    }
    paragraphs.extend(passed_over(chosen, width));
    paragraphs.extend(layers(advice, chosen, width));
    paragraphs.extend(outlook(advice, chosen, width));
    paragraphs
}

/// What was measured of it.
fn numbers(chosen: &Recommendation) -> String {
    let goodput = chosen.goodput_per_s.as_ref().map(whole).unwrap_or_default();
    let mut said = format!("It sold {goodput} per second at these numbers");
    if let Some(ratio) = chosen.to_fastest.as_ref().filter(|one| one.value < 1.0) {
        said += &format!(", {} than the fastest", slower(ratio));
    }
    said += &format!(", with a p99 latency of {}", percentile(chosen.p99_us));
    said += &format!(" and {:.1} attempts", chosen.attempts_per_sale);
    if let Some(statements) = chosen.statements_per_sale {
        said += &format!(", {statements:.1} statements");
    }
    said + " per sale."
}

/// What it asks of the program.
fn asks(burdens: &[Burden]) -> String {
    if burdens.is_empty() {
        return "It asks for nothing but a transaction around the purchase.".to_owned();
    }
    let burdens: Vec<String> = burdens.iter().map(ToString::to_string).collect();
    let burdens: Vec<&str> = burdens.iter().map(String::as_str).collect();
    format!("It asks for {}.", list(&burdens))
}

/// What all of it rests on.
fn evidence(advice: &Advice, width: usize) -> String {
    let (conditions, comparison) = (&advice.conditions, &advice.comparison);
    let rests_on = format!(
        "What this rests on: {} {}, {} --seed {}, {}.\n{}\n{}\n",
        conditions.database.backend,
        conditions.database.version,
        comparison.load.arguments(),
        comparison.load.seed,
        extent_of(comparison, conditions, advice.interrupted, advice.elapsed_s),
        rightness(comparison),
        sentences(&conditions.database)
    );
    let mut out = folded(&rests_on, width);
    if !comparison.ranked.is_empty() {
        out.push_str(&ranking_within(comparison, width));
    }
    // Where no round was finished there is nothing to say of each of them.
    for standing in comparison.unranked.iter().filter(|_| comparison.rounds > 0) {
        let why = format!("{}: {}", standing.label, why_not(standing));
        out.push_str(&hanging("not ranked: ", &why, width));
    }
    out
}
