//! What the buyers of one process share on their way to the database: the places of the guards
//! in this process, the gate, and the queues.

use std::sync::Arc;

use crate::model::order::Order;
use crate::model::strategy::{Dispatch, Guard, Plan};
use crate::purchase::BatchReply;
use crate::purchase::queue::Queues;
use crate::purchase::slots::{Slot, Slots, WaitHook};

/// What the buyers of one process share on their way to the database.
#[derive(Debug)]
pub struct Coordinator {
    /// The places of the guards `mutex` and `semaphore`.
    pub slots: Slots,
    /// The places inside the gate.
    gate: Option<Slots>,
    /// The queues of those who are served together.
    pub queues: Queues<Order, BatchReply>,
}

impl Coordinator {
    /// What `plan` needs for items 1 to `items`, with so many `slots` for the guard `semaphore`.
    pub fn new(plan: &Plan, items: i64, slots: u32) -> Self {
        Self {
            slots: match plan.guard {
                Guard::Mutex => Slots::new(items, 1),
                Guard::Semaphore => Slots::new(items, slots),
                _ => Slots::none(),
            },
            gate: plan.gate.map(|places| Slots::new(items, places.get())),
            queues: match plan.dispatch {
                Dispatch::Combined => Queues::new(items),
                _ => Queues::new(0),
            },
        }
    }

    /// The same with a hook that does the waiting: one for each thing waited for, by name.
    #[must_use]
    pub fn with_wait_hook(self, hook: impl Fn(&'static str) -> Arc<dyn WaitHook>) -> Self {
        Self {
            slots: self.slots.with_wait_hook(hook("mutex")),
            gate: self.gate.map(|gate| gate.with_wait_hook(hook("gate"))),
            queues: self.queues.with_wait_hook(hook("queue")),
        }
    }

    /// Waits until the gate lets in whoever wants these `orders`, who is inside until what this
    /// gives is dropped. All take their places in the same order, so that no two wait for each
    /// other.
    pub fn pass_gate(&self, orders: &[Order]) -> Vec<Slot<'_>> {
        let Some(gate) = &self.gate else {
            return Vec::new();
        };
        let mut items: Vec<i64> = orders.iter().map(|order| order.item).collect();
        items.sort_unstable();
        items.dedup();
        items
            .iter()
            .filter_map(|item| gate.wait_for(*item))
            .collect()
    }
}
