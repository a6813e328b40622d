//! What a purchase needs beside the order.

use super::StatementResult;
use crate::model::order::Order;
use crate::model::strategy::Plan;
use crate::purchase::coordinator::Coordinator;

/// What a purchase needs beside the order: the plan, what the buyers of this process share, and what a
/// buyer does between reading and taking.
#[derive(Clone, Copy)]
pub struct PurchaseContext<'a> {
    /// How to buy.
    pub plan: Plan,
    /// What the buyers of this process share.
    pub coordinator: &'a Coordinator,
    /// Units of each item at the start.
    pub initial: i64,
    /// What happens between reading the stock and taking from it.
    pub think: &'a dyn Fn(),
    /// What taking does outside the database, if anything.
    pub effect: Option<Effect<'a>>,
    /// Told what each statement showed, right after it: for whoever looks on.
    pub watch: &'a dyn Fn(StatementResult),
    /// Whether a sale leaves an event for others in the outbox.
    pub publishes: bool,
}

/// Does something outside the database that no rollback takes back, as sending a bill.
///
/// # Errors
/// The outside world's words: it could not be reached, or refuses.
pub type Effect<'a> = &'a dyn Fn(&Order) -> Result<(), String>;

impl<'a> PurchaseContext<'a> {
    /// One in which buyers do not think, and whose sales nobody outside hears of.
    pub fn new(plan: Plan, coordinator: &'a Coordinator, initial: i64) -> Self {
        Self {
            plan,
            coordinator,
            initial,
            think: &|| {},
            effect: None,
            watch: &|_| {},
            publishes: false,
        }
    }
}
