//! What a schedule of purchases came to.

use std::collections::BTreeMap;

use diesel::result::Error;

use super::buyer::{CUT, GAVE_UP, SOLD, SOLD_OUT, order};
use super::{Facts, Purchases, look};
use crate::audit::{Books, Events, audit};
use crate::db::AnyConnection;
use crate::explore::Inspection;
use crate::hammer::{Ending, Told};
use crate::order::Basket;
use crate::outbox;
use crate::report::wrongs;

pub(super) fn inspect(
    connection: &mut AnyConnection,
    wanted: &Purchases,
    endings: &[Result<String, String>],
    bills: u64,
) -> Result<(Inspection, Facts), Error> {
    let orders = (1..).map(|key| order(wanted, key));
    let told: Vec<(Basket, Ending)> = orders.zip(endings.iter().map(ending)).collect();
    let told = Told::listed(told);
    let (stocks, entries) = look::look(connection, wanted.contender.plan.layout)?;
    let books = Books {
        events: match wanted.scenario.publishes() {
            true => outbox::events(connection)?.into_iter().collect(),
            false => Events::default(),
        },
        ..Books::of(stocks, &entries, &told)
    };
    let mut found = audit(wanted.scenario, &wanted.load(), &told, &books);
    if wanted.scenario.bills() {
        found.violations.double_billed = bills.saturating_sub(wanted.stock.unsigned_abs());
        let marked = wanted.stock - found.stock.left;
        found.violations.marked_not_billed = marked.unsigned_abs().saturating_sub(bills);
    }
    let facts = Facts {
        sold: found.stock.ledger_units,
        stock: found.stock.left,
        violations: found.violations,
    };
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for ending in endings {
        let words = ending.as_ref().map_or("failed", String::as_str);
        *tally.entry(words).or_default() += 1;
    }
    let told: Vec<String> = tally
        .iter()
        .map(|(words, count)| format!("{count} told '{words}'"))
        .collect();
    let violated = found.violations.any();
    let mut marks: Vec<&'static str> = found
        .violations
        .named()
        .filter_map(|(name, count)| (count > 0).then_some(name))
        .collect();
    if tally.contains_key(GAVE_UP) {
        marks.push("gave_up");
    }
    if tally.contains_key("failed") {
        marks.push("failed");
    }
    let inspection = Inspection {
        state: format!(
            "{} sold, stock {}{}: {}",
            facts.sold,
            facts.stock,
            match bills {
                0 => String::new(),
                bills => format!(", {bills} billed"),
            },
            told.join(", ")
        ),
        broken: violated.then(|| {
            format!(
                "{} in stock, {} sold, {} left: {}",
                wanted.stock,
                facts.sold,
                facts.stock,
                wrongs(&found.violations, &wanted.scenario.words()).join(", ")
            )
        }),
        marks,
        cut: tally.contains_key(CUT),
    };
    Ok((inspection, facts))
}

fn ending(ending: &Result<String, String>) -> Ending {
    match ending.as_deref() {
        Ok(SOLD) => Ending::Done,
        Ok(SOLD_OUT) => Ending::SoldOut,
        Ok(_) => Ending::GaveUp,
        Err(_) => Ending::Failed,
    }
}
