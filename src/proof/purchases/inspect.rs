//! What a schedule of purchases came to.

use std::collections::BTreeMap;

use diesel::result::Error;

use super::buyer::order;
use super::{BuyerOutcome, Purchases, Sales, ShopState};
use crate::db::AnyConnection;
use crate::explore::Inspection;
use crate::hammer::{OrderOutcomes, Outcome};
use crate::model::order::Basket;
use crate::run::audit::{Books, Events, audit};
use crate::tables::{outbox, snapshot};

pub(super) fn inspect(
    connection: &mut AnyConnection,
    wanted: &Purchases,
    outcomes: &[BuyerOutcome],
    bills: u64,
) -> Result<Inspection<ShopState>, Error> {
    let orders = (1..).map(|key| order(wanted, key));
    let told: Vec<(Basket, Outcome)> = orders.zip(outcomes.iter().map(audited)).collect();
    let told = OrderOutcomes::listed(told);
    let (stocks, entries) = snapshot::read(connection, wanted.candidate.plan.layout)?;
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
    let (sold, left) = (found.stock.ledger_units, found.stock.left);
    let mut tally: BTreeMap<BuyerOutcome, usize> = BTreeMap::new();
    for outcome in outcomes {
        *tally.entry(*outcome).or_default() += 1;
    }
    let violated = found.violations.any();
    let mut marks: Vec<&'static str> = found
        .violations
        .named()
        .filter_map(|(name, count)| (count > 0).then_some(name))
        .collect();
    if tally.contains_key(&BuyerOutcome::GaveUp) {
        marks.push("gave_up");
    }
    if tally.contains_key(&BuyerOutcome::Failed) {
        marks.push("failed");
    }
    Ok(Inspection {
        broken: violated.then(|| {
            format!(
                "{} in stock, {sold} sold, {left} left: {}",
                wanted.stock,
                found
                    .violations
                    .in_words(&wanted.scenario.words())
                    .join(", ")
            )
        }),
        marks,
        cut: tally.contains_key(&BuyerOutcome::OutOfAttempts),
        state: Some(ShopState {
            stock: left,
            sales: Some(Sales {
                sold,
                billed: bills,
                told: tally,
            }),
        }),
    })
}

/// The same in the audit's terms: an attempt more might have served whoever has none left.
fn audited(outcome: &BuyerOutcome) -> Outcome {
    match outcome {
        BuyerOutcome::Sold => Outcome::Done,
        BuyerOutcome::SoldOut => Outcome::SoldOut,
        BuyerOutcome::GaveUp | BuyerOutcome::OutOfAttempts => Outcome::GaveUp,
        BuyerOutcome::Failed => Outcome::Failed,
    }
}
