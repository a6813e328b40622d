//! The verdict in a sentence.

use super::figures::{count, signed, thousands};
use crate::audit::Violations;
use crate::result::RunResult;
use crate::scenario::Words;
use crate::verdict::Verdict;

/// What happened: "100 in stock, 183 sold: oversold by 83".
pub(super) fn what_happened(result: &RunResult) -> String {
    let stock = &result.stock;
    let words = result.scenario.words();
    let restocked = match stock.restocked {
        0 => String::new(),
        units => format!(" + {} {}", signed(units), words.returned),
    };
    let facts = format!(
        "{} {}{restocked}, {} {}, {} left",
        signed(stock.initial),
        words.available,
        signed(stock.ledger_units),
        words.taken,
        signed(stock.left),
    );
    let judgement = match result.verdict {
        Verdict::Unsafe => wrongs(&result.violations, &words).join(", "),
        Verdict::Safe => format!("nothing {}, nothing lost", words.exceeded),
        Verdict::Inconclusive => {
            let reason = result.reason.as_deref().unwrap_or("nothing can be said");
            format!("inconclusive, because {reason}")
        }
    };
    format!("{facts}: {judgement}")
}

/// What that means: "unsafe, and it promises no better".
pub(super) fn what_it_means(result: &RunResult) -> Option<String> {
    use crate::strategy::Promise;
    match (result.verdict, result.promise) {
        (Verdict::Unsafe, Some(Promise::Unsafe)) => {
            Some("This strategy is known to be unsafe here; that is what it shows.".to_owned())
        }
        (Verdict::Unsafe, Some(_)) => {
            Some("This strategy promises to be safe here: the promise is broken.".to_owned())
        }
        (Verdict::Unsafe, None) => {
            Some("Nothing is promised for this combination of choices.".to_owned())
        }
        (Verdict::Safe, _) => Some(backed_by(result)),
        (Verdict::Inconclusive, _) => None,
    }
}

fn backed_by(result: &RunResult) -> String {
    match &result.control {
        Some(control) => format!(
            "The same load makes {} fail ({}), so it is strong enough to show the damage.",
            control.strategy,
            wrongs(&control.violations, &result.scenario.words()).join(", ")
        ),
        None => "Without the control this says only that nothing was seen this time.".to_owned(),
    }
}

/// Each wrong in words: "oversold by 83", "83 lost updates".
pub(crate) fn wrongs(violations: &Violations, words: &Words) -> Vec<String> {
    violations
        .named()
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(name, number)| match name {
            "oversold" => format!("{} by {}", words.exceeded, thousands(number)),
            "lost_updates" => count(number, "lost update", "lost updates"),
            "negative_stock" => format!("stock {} below zero", thousands(number)),
            "missing_sales" => count(number, "missing sale", "missing sales"),
            "phantom_sales" => count(number, "phantom sale", "phantom sales"),
            "duplicate_sales" => count(number, "duplicate sale", "duplicate sales"),
            _ => format!("{} turned away while stock remained", thousands(number)),
        })
        .collect()
}
