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
    let mut facts = vec![format!("{} {}", signed(stock.initial), words.available)];
    if stock.restocked != 0 {
        facts[0] += &format!(" + {} {}", signed(stock.restocked), words.returned);
    }
    facts.push(format!("{} {}", signed(stock.ledger_units), words.taken));
    facts.push(format!("{} left", signed(stock.left)));
    if let Some(effects) = &result.effects {
        let bills = effects.invoices.iter().map(|invoice| invoice.billed);
        facts.push(count(bills.sum(), "bill sent", "bills sent"));
    }
    if let Some(events) = result.events_published {
        let sales = count(result.outcomes.sold, "sale", "sales");
        facts.push(count(events, "event", "events") + " for " + &sales);
    }
    let judgement = match result.verdict {
        Verdict::Unsafe => wrongs(&result.violations, &words).join(", "),
        Verdict::Safe => format!("nothing {}, nothing lost", words.wronged),
        Verdict::Inconclusive => {
            let reason = result.reason.as_deref().unwrap_or("nothing can be said");
            format!("inconclusive, because {reason}")
        }
    };
    format!("{}: {judgement}", facts.join(", "))
}

/// What that means: "unsafe, and it promises no better".
pub(super) fn what_it_means(result: &RunResult) -> Option<String> {
    use crate::strategy::Promise;
    if result.verdict == Verdict::Unsafe && result.violations.only_outside() {
        return Some(only_outside(result));
    }
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

/// The lesson of an effect that no rollback takes back.
fn only_outside(result: &RunResult) -> String {
    let known = match result.promise {
        Some(crate::strategy::Promise::Unsafe) => "as this strategy is known to do here",
        Some(_) => "though this strategy promises not to: the promise is broken",
        None => "about which nothing is promised for this combination of choices",
    };
    let killed = result.servers.iter().any(|server| server.killed > 0);
    let why = if result.violations.double_billed == 0 {
        "it marks before it bills, and died in between"
    } else if killed {
        "what a server had billed when it died, nobody knew of"
    } else {
        "it bills before it notices the other one, and no rollback takes a bill back"
    };
    format!("The tables are right and the customers are not, {known}: {why}.")
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
        .filter(|(_, number)| *number > 0)
        .map(|(name, number)| match name {
            "oversold" | "overspent" => format!("{} by {}", words.exceeded, thousands(number)),
            "double_billed" => count(number, "bill too many", "bills too many"),
            "marked_not_billed" => format!("{} marked as sent and never billed", thousands(number)),
            "missing_events" => count(number, "sale without an event", "sales without an event"),
            "surplus_events" => count(number, "event too many", "events too many"),
            "lost_updates" => count(number, "lost update", "lost updates"),
            "negative_stock" => format!("stock {} below zero", thousands(number)),
            "missing_sales" => count(number, "missing sale", "missing sales"),
            "phantom_sales" => count(number, "phantom sale", "phantom sales"),
            "duplicate_sales" => count(number, "duplicate sale", "duplicate sales"),
            _ => format!("{} turned away while stock remained", thousands(number)),
        })
        .collect()
}
