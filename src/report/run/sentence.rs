//! The verdict in a sentence.

use crate::model::figures::{count, signed};
use crate::model::verdict::Verdict;
use crate::run::result::RunResult;

/// What comes first: that it was interrupted, or else what happened.
pub(super) fn headline(result: &RunResult) -> String {
    match result.interrupted {
        true => format!("Interrupted. Until then: {}", what_happened(result)),
        false => what_happened(result),
    }
}

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
        Verdict::Unsafe => result.violations.in_words(&words).join(", "),
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
    use crate::model::strategy::Promise;
    if result.verdict == Verdict::Unsafe && result.violations.only_outside() {
        return Some(only_outside(result));
    }
    match (result.verdict, result.promise) {
        (Verdict::Unsafe, Some(Promise::Unsafe)) => {
            Some("This strategy is known to be unsafe here, and this shows it.".to_owned())
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
        Some(crate::model::strategy::Promise::Unsafe) => "which is known of this strategy here",
        Some(_) => "although this strategy promises otherwise: the promise is broken",
        None => "and nothing is promised for this combination of choices",
    };
    let killed = result.servers.iter().any(|server| server.killed > 0);
    let why = if result.violations.double_billed == 0 {
        "it marks before it bills, and died in between"
    } else if killed {
        "nobody knew what a server had billed before it died"
    } else {
        "it bills before it notices the conflict, and no rollback takes a bill back"
    };
    format!("The tables are right but the bills are wrong, {known}: {why}.")
}

fn backed_by(result: &RunResult) -> String {
    match &result.control {
        Some(control) => format!(
            "The same load makes {} fail ({}), so this load would have exposed a bug.",
            control.strategy,
            control
                .violations
                .in_words(&result.scenario.words())
                .join(", ")
        ),
        None => "Without the control, this only says that nothing went wrong this time.".to_owned(),
    }
}
