use std::collections::BTreeSet;
use std::time::Duration;

use crate::hammer::{Job, OrderResult, Outcome};
use crate::model::order::Orders;
use crate::model::scenario::Demand;

/// How much of the work is done.
pub(super) struct Work {
    demand: Demand,
    /// Items on the list, or orders; `None` where the time decides.
    wanted: Option<u64>,
    duration: Option<Duration>,
    items: BTreeSet<i64>,
    orders: u64,
    /// Deliveries that have not ended yet.
    pub(super) restocks_left: i64,
}

impl Work {
    pub(super) fn of(job: Job<'_>) -> Self {
        let load = job.load;
        let demand = job.scenario.demand();
        let (wanted, restocks_left) = match demand {
            Demand::List => (Some(load.items), 0),
            Demand::Orders => (load.orders, Orders::new(load).restocks()),
        };
        Self {
            demand,
            wanted: wanted.and_then(|wanted| u64::try_from(wanted).ok()),
            duration: load.duration,
            items: BTreeSet::new(),
            orders: 0,
            restocks_left,
        }
    }

    pub(super) fn count(&mut self, settled: &OrderResult) {
        self.orders += 1;
        if settled.basket.is_restock() {
            self.restocks_left -= 1;
        }
        if settled.outcome == Outcome::Done {
            let items = settled.basket.orders().iter().map(|order| order.item);
            self.items.extend(items);
        }
    }

    /// The share of the work that is done: of the list, the orders, or the time.
    pub(super) fn share_done(&self, elapsed: Duration) -> f64 {
        match (self.wanted, self.duration) {
            (Some(wanted), _) if wanted > 0 => {
                let done = match self.demand {
                    Demand::List => self.items.len() as u64,
                    Demand::Orders => self.orders,
                };
                done as f64 / wanted as f64
            }
            (_, Some(duration)) => elapsed.as_secs_f64() / duration.as_secs_f64(),
            _ => 1.0,
        }
    }
}
