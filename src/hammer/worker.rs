//! One buyer: takes the next order, tries until it is settled, and writes down what it was told.

use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use super::connections::OneConnection;
use super::patience::{delays, pause, wait_until};
use super::{Ending, Record, Shared};
use crate::db;
use crate::order::Order;
use crate::purchase::{Answer, Conflict, Setback, Shop, attempt, was_carried_out};

/// How an unknown end is counted.
const CONNECTION_LOST: Conflict = Conflict::Database(db::Conflict::ConnectionLost);

/// Failures in a row after which the shop is taken to be closed.
const LOSING_STREAK: u32 = 100;

/// How often to ask what became of an order before leaving the question to the audit.
const LOOK_UPS: usize = 20;

/// How often a buyer looks whether the last delivery has come.
const SHORTLY: Duration = Duration::from_micros(100);

pub(super) struct Worker<'a> {
    shared: &'a Shared<'a>,
    connection: OneConnection<'a>,
    record: Record,
}

/// What became of one order.
struct Settled {
    ending: Ending,
    attempts: u32,
    pool_wait: Duration,
}

impl<'a> Worker<'a> {
    pub(super) fn new(shared: &'a Shared<'a>, connection: OneConnection<'a>) -> Self {
        Self {
            shared,
            connection,
            record: Record::new(),
        }
    }

    /// Works until there are no more orders; gives the record and the time of its end.
    pub(super) fn work(mut self) -> (Record, Instant) {
        self.shared.start.wait();
        let started = *self.shared.started.get_or_init(Instant::now);
        while let Some((order, came_in)) = self.next_order(started) {
            let settled = self.settle(&order);
            self.connection.give_back();
            let done = settled.ending == Ending::Done;
            self.count_failure(settled.ending);
            self.record.ended(
                order.key,
                settled.ending,
                settled.attempts,
                came_in.elapsed(),
                settled.pool_wait,
            );
            self.shared.progress.ended(done, settled.attempts);
            if order.is_restock() {
                self.shared.restocks_left.fetch_sub(1, Relaxed);
            }
        }
        (self.record, Instant::now())
    }

    /// Ends the run when the shop does nothing but fail, as on a full disk: to go on would only
    /// spin. The counter is only written to when it changes.
    fn count_failure(&self, ending: Ending) {
        let failures = &self.shared.failures;
        if ending != Ending::Failed {
            if failures.load(Relaxed) > 0 {
                failures.store(0, Relaxed);
            }
        } else if failures.fetch_add(1, Relaxed) + 1 == LOSING_STREAK {
            let why = format!("{LOSING_STREAK} orders in a row failed");
            let _ = self.shared.gone.set(why);
        }
    }

    /// The next order and the moment it came in. With a rate that is the moment it was due,
    /// even when nobody was free then: waiting in line is part of what a customer feels, and
    /// leaving it out is known as coordinated omission.
    fn next_order(&self, started: Instant) -> Option<(Order, Instant)> {
        let Shared {
            load, stop, gone, ..
        } = self.shared;
        let ended = || stop.load(Relaxed) || gone.get().is_some();
        if ended() {
            return None;
        }
        let key = self.shared.next.fetch_add(1, Relaxed);
        if load.orders.is_some_and(|orders| key > orders) {
            return None;
        }
        // The buyers have the last word: a delivery that met much bad luck would else come
        // after the last of them, and leave stock that nobody was there to buy.
        if self.shared.orders.is_after_restocks(key) {
            while self.shared.restocks_left.load(Relaxed) > 0 && !ended() {
                pause(SHORTLY, stop);
            }
        }
        let due = match load.rate {
            Some(rate) => started + Duration::from_secs_f64((key - 1) as f64 / rate),
            None => Instant::now(),
        };
        if load
            .duration
            .is_some_and(|duration| due >= started + duration)
        {
            return None;
        }
        wait_until(due, stop);
        (!ended()).then(|| (self.shared.orders.get(key), due))
    }

    /// Tries until the order is settled, or the attempts are used up.
    fn settle(&mut self, order: &Order) -> Settled {
        let load = self.shared.load;
        let mut pool_wait = Duration::ZERO;
        let mut delays = delays();
        // Set when an attempt may have been committed without our hearing of it.
        let mut uncertain = false;
        let mut attempts = 0;
        let ending = loop {
            attempts += 1;
            match self.try_once(order, &mut pool_wait) {
                Ok(Ok(Answer::Done)) => break Ending::Done,
                Ok(Ok(Answer::SoldOut)) => break Ending::SoldOut,
                // Nobody else uses this key: an earlier attempt of ours was committed.
                Ok(Err(Setback::AlreadyRecorded)) if attempts > 1 => break Ending::Done,
                Ok(Err(Setback::AlreadyRecorded)) => {
                    self.record
                        .error("the order's key was in the ledger already".to_owned());
                    break Ending::Failed;
                }
                Ok(Err(Setback::Failed(error))) => {
                    self.record.error(error.to_string());
                    break Ending::Failed;
                }
                Ok(Err(Setback::Conflict(conflict))) => self.record.conflict(conflict),
                Ok(Err(Setback::Uncertain)) => {
                    self.record.conflict(CONNECTION_LOST);
                    match self.look_up(order, &mut pool_wait) {
                        Some(true) => break Ending::Done,
                        Some(false) => {}
                        None => uncertain = true,
                    }
                }
                Ok(Err(Setback::GaveUp)) => {
                    self.record.conflict(Conflict::StaleVersion);
                    break Ending::GaveUp;
                }
                Err(gone) => {
                    let _ = self.shared.gone.set(format!("{gone:#}"));
                    break Ending::GaveUp;
                }
            }
            if attempts == load.max_attempts || self.shared.stop.load(Relaxed) {
                break Ending::GaveUp;
            }
            self.connection.give_back();
            pause(delays.next().unwrap_or_default(), self.shared.stop);
        };
        let ending = match ending {
            // A lost attempt may have taken the last unit before the later one looked.
            Ending::SoldOut | Ending::GaveUp | Ending::Failed if uncertain => {
                match self.look_up(order, &mut pool_wait) {
                    Some(true) => Ending::Done,
                    Some(false) => ending,
                    None => Ending::Unknown,
                }
            }
            ending => ending,
        };
        Settled {
            ending,
            attempts,
            pool_wait,
        }
    }

    fn try_once(
        &mut self,
        order: &Order,
        pool_wait: &mut Duration,
    ) -> anyhow::Result<Result<Answer, Setback>> {
        let Shared {
            plan,
            load,
            mutexes,
            stop,
            ..
        } = self.shared;
        let shop = Shop {
            plan: *plan,
            mutexes,
            initial: load.stock,
            think: &|| pause(load.hold, stop),
            watch: &|_| {},
        };
        let connection = self.connection.borrow(pool_wait)?;
        Ok(attempt(connection, &shop, order))
    }

    /// Whether the order was carried out after all: `None` when that cannot be found out now.
    fn look_up(&mut self, order: &Order, pool_wait: &mut Duration) -> Option<bool> {
        for delay in delays().take(LOOK_UPS) {
            if self.shared.gone.get().is_some() {
                return None;
            }
            let connection = self.connection.borrow(pool_wait).ok()?;
            if let Ok(answer) = was_carried_out(connection, order) {
                return Some(answer);
            }
            // Not cut short by a Ctrl-C: this buyer wants to know.
            thread::sleep(delay);
        }
        None
    }
}
