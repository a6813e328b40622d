//! How much of the work of all servers is done.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::hammer::{Ending, Job, Settled};
use crate::order::Orders;

/// How much of the work is done.
pub(super) struct Work {
    bills: bool,
    /// Invoices, or orders; `None` where the time decides.
    wanted: Option<u64>,
    duration: Option<Duration>,
    invoices: BTreeSet<i64>,
    orders: u64,
    /// Deliveries that have not ended yet.
    pub(super) restocks_left: i64,
}

impl Work {
    pub(super) fn of(job: Job<'_>) -> Self {
        let load = job.load;
        let wanted = if job.scenario.bills() {
            Some(load.items)
        } else {
            load.orders
        };
        Self {
            bills: job.scenario.bills(),
            wanted: wanted.and_then(|wanted| u64::try_from(wanted).ok()),
            duration: load.duration,
            invoices: BTreeSet::new(),
            orders: 0,
            restocks_left: if job.scenario.bills() {
                0
            } else {
                Orders::new(load).restocks()
            },
        }
    }

    pub(super) fn count(&mut self, settled: &Settled) {
        self.orders += 1;
        if settled.basket.is_restock() {
            self.restocks_left -= 1;
        }
        if settled.ending == Ending::Done {
            let items = settled.basket.orders().iter().map(|order| order.item);
            self.invoices.extend(items);
        }
    }

    /// The share of the work that is done: of the invoices, the orders, or the time.
    pub(super) fn share_done(&self, elapsed: Duration) -> f64 {
        match (self.wanted, self.duration) {
            (Some(wanted), _) if wanted > 0 => {
                let done = if self.bills {
                    self.invoices.len() as u64
                } else {
                    self.orders
                };
                done as f64 / wanted as f64
            }
            (_, Some(duration)) => elapsed.as_secs_f64() / duration.as_secs_f64(),
            _ => 1.0,
        }
    }
}
