//! One buyer: takes the next order, tries until it is settled, and writes down what it was told.

mod bill;
mod settle;

use std::cell::RefCell;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::connections::OneConnection;
use super::{OrderResult, Outcome, Record, Shared};
use crate::hammer::event::What;
use crate::hammer::gateway::GatewayClient;
use crate::model::order::Basket;
use crate::model::scenario::Demand;
use crate::purchase::guard;
use settle::Attempts;

/// Failures in a row after which the shop is taken to be closed.
const LOSING_STREAK: u32 = 100;

pub(super) struct Worker<'a> {
    shared: &'a Shared<'a>,
    /// Which buyer this is, from 1 up.
    buyer: u32,
    connection: OneConnection<'a>,
    /// The line to the world outside, once there was a need for it.
    gateway: RefCell<Option<GatewayClient>>,
    record: Record,
}

impl<'a> Worker<'a> {
    pub(super) fn new(shared: &'a Shared<'a>, index: usize, connection: OneConnection<'a>) -> Self {
        Self {
            shared,
            buyer: u32::try_from(index + 1).unwrap_or(u32::MAX),
            connection,
            gateway: RefCell::new(None),
            record: Record::new(shared.told()),
        }
    }

    /// Works until there is no more to do; gives the record and the time of its end.
    pub(super) fn work(mut self) -> (Record, Instant) {
        self.shared.start.wait();
        let started = *self.shared.started.get_or_init(Instant::now);
        match self.shared.job.scenario.demand() {
            Demand::List => self.work_through_the_task(),
            Demand::Orders => {
                while let Some((basket, came_in)) = self.next_order(started) {
                    self.serve(basket, came_in);
                }
            }
        }
        let ended = Instant::now();
        self.record.at_work = ended - started;
        self.let_go(true);
        (self.record, ended)
    }

    fn next_order(&mut self, started: Instant) -> Option<(Basket, Instant)> {
        let (shared, connection) = (self.shared, &mut self.connection);
        shared.next_order(started, || {
            if let Some(connection) = connection.borrowed() {
                guard::resign(connection, shared.job.plan.guard);
            }
        })
    }

    /// Sees a basket through to its end, and records it.
    fn serve(&mut self, basket: Basket, came_in: Instant) -> Outcome {
        self.tell(|| What::Began {
            basket: basket.clone(),
        });
        let mut attempts = Attempts::default();
        let outcome = self.settle(&basket, &mut attempts);
        self.let_go(false);
        self.count_failure(outcome);
        let is_restock = basket.is_restock();
        if outcome == Outcome::SoldOut {
            self.shared.note_sold_out(&basket);
        }
        if outcome == Outcome::Done && !is_restock && self.shared.is_in_time() {
            let units = basket.orders().iter().map(|order| order.quantity);
            self.record.units_in_time += units.sum::<i64>();
        }
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let settled = OrderResult {
            basket,
            outcome,
            attempts: attempts.made,
            conflicts: attempts.conflicts,
            error: attempts.error,
            latency_us: micros(came_in.elapsed()),
            pool_wait_us: micros(attempts.pool_wait),
        };
        self.shared
            .progress
            .ended(self.buyer, outcome == Outcome::Done, settled.attempts);
        self.tell(|| What::Settled(settled.clone()));
        self.record.add(settled);
        attempts.spent.waiting_for_a_connection = attempts.pool_wait;
        self.record.spent.add(&attempts.spent);
        if is_restock {
            self.shared.restocks_left.fetch_sub(1, Relaxed);
        }
        outcome
    }

    /// Tells whoever watches.
    fn tell(&self, what: impl FnOnce() -> What) {
        if let Some(observer) = self.shared.job.observer {
            observer.see(self.buyer, what());
        }
    }

    /// Ends the run when the shop does nothing but fail, as on a full disk: to go on would only
    /// spin. The counter is only written to when it changes.
    fn count_failure(&self, outcome: Outcome) {
        let failures = &self.shared.failures;
        if outcome != Outcome::Failed {
            if failures.load(Relaxed) > 0 {
                failures.store(0, Relaxed);
            }
        } else if failures.fetch_add(1, Relaxed) + 1 == LOSING_STREAK {
            let why = format!("{LOSING_STREAK} orders in a row failed");
            let _ = self.shared.gone.set(why);
        }
    }

    /// Gives back what the buyer does not need between two attempts, or after the last one.
    fn let_go(&mut self, for_good: bool) {
        if (for_good || !self.connection.is_kept())
            && let Some(connection) = self.connection.borrowed()
        {
            guard::resign(connection, self.shared.job.plan.guard);
        }
        self.connection.give_back();
    }
}
