//! What happened outside the database, checked against what the tables say about it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Books, Violations};
use crate::hammer::gateway::Call;
use crate::model::strategy::Delivery;

/// What happened outside: every invoice is in exactly one of billed once, billed twice or
/// more, and never billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Effects {
    /// Calls that the gateway received.
    pub calls: u64,
    /// Invoices billed once.
    pub billed_once: u64,
    /// Invoices billed more than once.
    pub billed_twice_or_more: u64,
    /// Invoices never billed.
    pub never_billed: u64,
    /// Invoices billed, and still pending.
    pub billed_not_marked: u64,
    /// Invoices marked as sent, and never billed.
    pub marked_not_billed: u64,
    /// How often this way of doing it bills when a server dies in the middle.
    pub delivery: Delivery,
    /// Each invoice.
    pub invoices: Vec<Invoice>,
}

/// What became of one invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Invoice {
    /// Its number.
    pub invoice: i64,
    /// How often the customer was billed for it.
    pub billed: u64,
    /// The servers that billed it, in order.
    pub by: Vec<u32>,
    /// Whether the table says that it was sent.
    pub marked: bool,
}

impl Effects {
    /// Holds the `calls` that the gateway has received against the `books`.
    #[doc(hidden)]
    pub fn of(calls: &[Call], books: &Books, delivery: Delivery) -> Self {
        let mut billed_by: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        for call in calls.iter().filter(|call| call.billed) {
            billed_by.entry(call.invoice).or_default().push(call.server);
        }
        let invoices: Vec<Invoice> = books
            .stocks
            .iter()
            .map(|(&invoice, &pending)| {
                let by = billed_by.remove(&invoice).unwrap_or_default();
                Invoice {
                    invoice,
                    billed: by.len() as u64,
                    by,
                    marked: pending <= 0,
                }
            })
            .collect();
        let count = |which: fn(&Invoice) -> bool| {
            invoices.iter().filter(|invoice| which(invoice)).count() as u64
        };
        Self {
            calls: calls.len() as u64,
            billed_once: count(|invoice| invoice.billed == 1),
            billed_twice_or_more: count(|invoice| invoice.billed > 1),
            never_billed: count(|invoice| invoice.billed == 0),
            billed_not_marked: count(|invoice| invoice.billed > 0 && !invoice.marked),
            marked_not_billed: count(|invoice| invoice.billed == 0 && invoice.marked),
            delivery,
            invoices,
        }
    }

    /// Adds what is wrong to what else is.
    #[doc(hidden)]
    pub fn blame(&self, violations: &mut Violations) {
        let surplus = |invoice: &Invoice| invoice.billed.saturating_sub(1);
        violations.double_billed = self.invoices.iter().map(surplus).sum();
        violations.marked_not_billed = self.marked_not_billed;
    }
}
