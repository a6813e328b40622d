//! One buyer: takes the next order, tries until it is settled, and writes down what it was told.

use std::cell::RefCell;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use super::connections::OneConnection;
use super::patience::{delays, pause};
use super::task::{Next, Task};
use super::{Ending, Record, Settled, Shared};
use crate::db;
use crate::event::What;
use crate::gateway::Line;
use crate::guard;
use crate::order::{Basket, Order};
use crate::purchase::{Answer, Conflict, Setback, Shop, attempt, was_carried_out};

/// How an unknown end is counted.
const CONNECTION_LOST: Conflict = Conflict::Database(db::Conflict::ConnectionLost);

/// Failures in a row after which the shop is taken to be closed.
const LOSING_STREAK: u32 = 100;

/// How often to ask what became of an order before leaving the question to the audit.
const LOOK_UPS: usize = 20;

pub(super) struct Worker<'a> {
    shared: &'a Shared<'a>,
    /// Which buyer this is, from 1 up.
    buyer: u32,
    connection: OneConnection<'a>,
    /// The line to the world outside, once there was a need for it.
    line: RefCell<Option<Line>>,
    record: Record,
}

/// How the attempts at one basket went so far.
#[derive(Default)]
struct Attempts {
    made: u32,
    conflicts: Vec<Conflict>,
    error: Option<String>,
    pool_wait: Duration,
    /// Set when one of them may have been committed without our hearing of it.
    uncertain: bool,
}

impl<'a> Worker<'a> {
    pub(super) fn new(shared: &'a Shared<'a>, index: usize, connection: OneConnection<'a>) -> Self {
        Self {
            shared,
            buyer: u32::try_from(index + 1).unwrap_or(u32::MAX),
            connection,
            line: RefCell::new(None),
            record: Record::new(),
        }
    }

    /// Works until there is no more to do; gives the record and the time of its end.
    pub(super) fn work(mut self) -> (Record, Instant) {
        self.shared.start.wait();
        let started = *self.shared.started.get_or_init(Instant::now);
        if self.shared.job.scenario.bills() {
            self.work_through_the_task();
        } else {
            while let Some((basket, came_in)) = self.shared.next_order(started) {
                self.serve(basket, came_in);
            }
        }
        let ended = Instant::now();
        self.let_go(true);
        (self.record, ended)
    }

    /// Bills what is pending, until nothing is.
    fn work_through_the_task(&mut self) {
        let mut task = Task::new();
        while !self.shared.is_over() {
            let mut pool_wait = Duration::ZERO;
            let next = match self.connection.borrow(&mut pool_wait) {
                Ok(connection) => task.next(connection),
                Err(gone) => {
                    let _ = self.shared.gone.set(format!("{gone:#}"));
                    return;
                }
            };
            match next {
                Ok(Next::Invoice(invoice)) => {
                    let basket = self.to_bill(invoice).into();
                    if self.serve(basket, Instant::now()) != Ending::InUse {
                        task.progressed();
                    }
                }
                Ok(Next::Wait(time)) => pause(time, self.shared.stop),
                Ok(Next::Nothing) => return,
                // The next look finds out whether the database is there at all.
                Err(_) => pause(Duration::from_millis(10), self.shared.stop),
            }
        }
    }

    /// The order to bill an invoice. With an idempotency key all orders for it have the same
    /// one, so that the ledger takes only one of them.
    fn to_bill(&self, invoice: i64) -> Order {
        let key = if self.has_shared_keys() {
            invoice
        } else {
            self.shared.next_number()
        };
        Order {
            key,
            item: invoice,
            quantity: 1,
        }
    }

    fn has_shared_keys(&self) -> bool {
        let outside = self.shared.job.outside;
        outside.is_some_and(|access| access.idempotent)
    }

    /// Sees a basket through to its end, and records it.
    fn serve(&mut self, basket: Basket, came_in: Instant) -> Ending {
        self.tell(|| What::Began {
            basket: basket.clone(),
        });
        let mut attempts = Attempts::default();
        let ending = self.settle(&basket, &mut attempts);
        self.let_go(false);
        self.count_failure(ending);
        let is_restock = basket.is_restock();
        if ending == Ending::SoldOut {
            self.shared.note_sold_out(&basket);
        }
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let settled = Settled {
            basket,
            ending,
            attempts: attempts.made,
            conflicts: attempts.conflicts,
            error: attempts.error,
            latency_us: micros(came_in.elapsed()),
            pool_wait_us: micros(attempts.pool_wait),
        };
        self.shared
            .progress
            .ended(ending == Ending::Done, settled.attempts);
        self.tell(|| What::Settled(settled.clone()));
        self.record.add(settled);
        if is_restock {
            self.shared.restocks_left.fetch_sub(1, Relaxed);
        }
        ending
    }

    /// Tells whoever watches.
    fn tell(&self, what: impl FnOnce() -> What) {
        if let Some(observer) = self.shared.job.observer {
            observer.see(self.buyer, what());
        }
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

    /// Tries until the basket is settled, or the attempts are used up.
    fn settle(&mut self, basket: &Basket, attempts: &mut Attempts) -> Ending {
        let mut delays = delays();
        let ending = loop {
            attempts.made += 1;
            let outcome = match self.try_once(basket, &mut attempts.pool_wait) {
                Ok(outcome) => outcome,
                Err(gone) => {
                    let _ = self.shared.gone.set(format!("{gone:#}"));
                    break Ending::GaveUp;
                }
            };
            if let Some(ending) = self.judge(basket, outcome, attempts) {
                break ending;
            }
            let max_attempts = self.shared.job.load.max_attempts;
            if attempts.made == max_attempts || self.shared.stop.load(Relaxed) {
                break Ending::GaveUp;
            }
            self.let_go(false);
            pause(delays.next().unwrap_or_default(), self.shared.stop);
        };
        match ending {
            // A lost attempt may have taken the last unit before the later one looked.
            Ending::SoldOut | Ending::GaveUp | Ending::Failed if attempts.uncertain => {
                match self.look_up(basket, &mut attempts.pool_wait) {
                    Some(true) => Ending::Done,
                    Some(false) => ending,
                    None => Ending::Unknown,
                }
            }
            ending => ending,
        }
    }

    /// What an attempt's outcome means for the basket; `None`: try again.
    fn judge(
        &mut self,
        basket: &Basket,
        outcome: Result<Answer, Setback>,
        attempts: &mut Attempts,
    ) -> Option<Ending> {
        let mut fail = |error: String| {
            attempts.error = Some(error);
            Some(Ending::Failed)
        };
        let conflict = match outcome {
            Ok(Answer::Done) => return Some(Ending::Done),
            // `attempt` has made a sold-out of the second.
            Ok(Answer::SoldOut) | Err(Setback::SoldOutHalfway) => return Some(Ending::SoldOut),
            // Somebody else has billed this invoice.
            Err(Setback::AlreadyRecorded) if self.has_shared_keys() => {
                return Some(Ending::SoldOut);
            }
            // Nobody else uses this key: an earlier attempt of ours was committed.
            Err(Setback::AlreadyRecorded) if attempts.made > 1 => return Some(Ending::Done),
            Err(Setback::AlreadyRecorded) => {
                return fail("the order's key was in the ledger already".to_owned());
            }
            Err(Setback::NoEffect(words)) => return fail(words),
            Err(Setback::Failed(error)) => return fail(error.to_string()),
            Err(Setback::Conflict(conflict)) => conflict,
            Err(Setback::Uncertain) => CONNECTION_LOST,
            Err(Setback::GaveUp) => Conflict::StaleVersion,
        };
        attempts.conflicts.push(conflict);
        let item = basket.orders().first().map_or(0, |order| order.item);
        self.tell(|| What::Met { item, conflict });
        match outcome {
            Err(Setback::GaveUp) => Some(Ending::GaveUp),
            Err(Setback::Uncertain) => match self.look_up(basket, &mut attempts.pool_wait) {
                Some(true) => Some(Ending::Done),
                Some(false) => None,
                None => {
                    attempts.uncertain = true;
                    None
                }
            },
            _ => self.leaves_to_others(conflict).then_some(Ending::InUse),
        }
    }

    /// Whether a buyer who does not wait for locks goes on to the next invoice, since the list
    /// will be drawn up again.
    fn leaves_to_others(&self, conflict: Conflict) -> bool {
        let job = &self.shared.job;
        let waits_not = job.plan.read.row_lock().is_some_and(|lock| !lock.waits());
        job.scenario.bills() && waits_not && conflict.is_in_use()
    }

    fn try_once(
        &mut self,
        basket: &Basket,
        pool_wait: &mut Duration,
    ) -> anyhow::Result<Result<Answer, Setback>> {
        let Shared {
            job, slots, stop, ..
        } = self.shared;
        let connection = self.connection.borrow(pool_wait)?;
        let (line, shared, buyer) = (&self.line, self.shared, self.buyer);
        let bill = |order: &Order| bill(shared, buyer, &mut line.borrow_mut(), order.item);
        let shop = Shop {
            plan: job.plan,
            slots,
            initial: job.load.stock,
            think: &|| pause(job.load.hold, stop),
            effect: job.outside.is_some().then_some(&bill),
            publishes: job.scenario.publishes(),
        };
        Ok(attempt(connection, &shop, basket))
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

    /// Whether the order was carried out after all: `None` when that cannot be found out now.
    fn look_up(&mut self, basket: &Basket, pool_wait: &mut Duration) -> Option<bool> {
        for delay in delays().take(LOOK_UPS) {
            if self.shared.gone.get().is_some() {
                return None;
            }
            let connection = self.connection.borrow(pool_wait).ok()?;
            if let Ok(answer) = was_carried_out(connection, basket) {
                return Some(answer);
            }
            // Not cut short by a Ctrl-C: this buyer wants to know.
            thread::sleep(delay);
        }
        None
    }
}

/// Has the world outside bill an invoice.
fn bill(
    shared: &Shared<'_>,
    buyer: u32,
    line: &mut Option<Line>,
    invoice: i64,
) -> Result<(), String> {
    let Some(access) = shared.job.outside else {
        return Ok(());
    };
    let tell = |what| {
        if let Some(observer) = shared.job.observer {
            observer.see(buyer, what);
        }
    };
    tell(What::Billing { item: invoice });
    let mut call = || {
        let line = match line {
            Some(line) => line,
            None => line.insert(access.open(shared.job.server)?),
        };
        line.bill(invoice)
    };
    let known = call().map_err(|error| format!("the gateway did not answer: {error}"))?;
    tell(What::Billed {
        item: invoice,
        known,
    });
    Ok(())
}
