//! Where a buyer's next order comes from.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::backoff::{pause, wait_until};
use super::{OrderOutcomes, Shared};
use crate::model::order::Basket;
use crate::model::scenario::Demand;

/// How often a buyer looks whether the last delivery has come.
const SHORTLY: Duration = Duration::from_micros(100);

impl Shared<'_> {
    /// Whether the run is to end, from outside or because it cannot go on.
    pub(super) fn is_over(&self) -> bool {
        self.stop.load(Relaxed) || self.gone.get().is_some()
    }

    /// Where a buyer keeps how its orders ended. Those for what is on a list do not come
    /// from the seed.
    pub(super) fn told(&self) -> OrderOutcomes {
        match self.job.scenario.demand() {
            Demand::List => OrderOutcomes::default(),
            Demand::Orders => OrderOutcomes::of(self.orders.clone()),
        }
    }

    /// Whether orders still come; where their number decides, to the end.
    pub(super) fn is_in_time(&self) -> bool {
        let time = self.job.load.duration.zip(self.started.get());
        time.is_none_or(|(duration, started)| started.elapsed() <= duration)
    }

    /// The number of the next order of this process's. One at a time: an order's number is also
    /// when it is due and which delivery comes before it, and a counter that is raised once a
    /// purchase costs a thousandth of it.
    pub(super) fn next_number(&self) -> i64 {
        self.job.share.number(self.next.fetch_add(1, Relaxed))
    }

    /// The next order and the moment it came in. With a rate that is the moment it was due,
    /// even when nobody was free then: waiting in line is part of what a customer feels, and
    /// leaving it out is known as coordinated omission. Whoever has to wait for others steps
    /// aside before.
    pub(super) fn next_order(
        &self,
        started: Instant,
        mut step_aside: impl FnMut(),
    ) -> Option<(Basket, Instant)> {
        let load = self.job.load;
        loop {
            if self.is_over() {
                return None;
            }
            let number = self.next_number();
            if load.orders.is_some_and(|orders| number > orders) && self.is_empty() {
                return None;
            }
            self.wait_for_deliveries_before(number, &mut step_aside);
            let due = match load.rate {
                Some(rate) => started + Duration::from_secs_f64((number - 1) as f64 / rate),
                None => Instant::now(),
            };
            if load
                .duration
                .is_some_and(|duration| due >= started + duration)
            {
                return None;
            }
            wait_until(due, self.stop);
            let basket = self.orders.get(number);
            // Beyond the last order, what is known to be sold out is not asked for again.
            if load.orders.is_some_and(|orders| number > orders) && self.is_emptied(&basket) {
                continue;
            }
            return (!self.is_over()).then_some((basket, due));
        }
    }

    /// The buyers have the last word: a delivery that met much bad luck would else come after
    /// the last of them, and leave stock that nobody was there to buy.
    fn wait_for_deliveries_before(&self, number: i64, step_aside: &mut impl FnMut()) {
        if !self.orders.is_after_restocks(number) || self.is_restocked() {
            return;
        }
        // A leader who waited for those who stand by for it would wait for ever.
        step_aside();
        while !self.is_restocked() && !self.is_over() {
            pause(SHORTLY, self.stop);
        }
    }

    fn is_restocked(&self) -> bool {
        match self.job.restocked {
            Some(restocked) => restocked.load(Relaxed),
            None => self.restocks_left.load(Relaxed) <= 0,
        }
    }

    /// Whether there is no reason to go on beyond the last order.
    fn is_empty(&self) -> bool {
        self.emptied.iter().all(|emptied| emptied.load(Relaxed))
    }

    fn is_emptied(&self, basket: &Basket) -> bool {
        let emptied = |item| self.place(item).is_some_and(|place| place.load(Relaxed));
        basket.orders().iter().all(|order| emptied(order.item))
    }

    /// Notes that somebody who wanted a single unit got none, after the last delivery: nothing
    /// is left, and nothing will be again.
    pub(super) fn note_sold_out(&self, basket: &Basket) {
        if let [order] = basket.orders()
            && order.quantity == 1
            && self.is_restocked()
            && let Some(place) = self.place(order.item)
        {
            place.store(true, Relaxed);
        }
    }

    fn place(&self, item: i64) -> Option<&std::sync::atomic::AtomicBool> {
        self.emptied.get(usize::try_from(item - 1).ok()?)
    }
}
