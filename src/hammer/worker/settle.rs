//! Trying, until a basket is settled.

use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use super::Worker;
use super::bill::bill;
use crate::db;
use crate::event::What;
use crate::hammer::patience::{delays, pause};
use crate::hammer::{Ending, Shared, Spent};
use crate::order::{Basket, Order};
use crate::purchase::{Answer, Conflict, Setback, Shop, attempt, was_carried_out};

/// How an unknown end is counted.
const CONNECTION_LOST: Conflict = Conflict::Database(db::Conflict::ConnectionLost);

/// How often to ask what became of an order before leaving the question to the audit.
const LOOK_UPS: usize = 20;

/// How the attempts at one basket went so far.
#[derive(Default)]
pub(super) struct Attempts {
    pub(super) made: u32,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) error: Option<String>,
    pub(super) pool_wait: Duration,
    /// Where the time went, but for the wait for a connection.
    pub(super) spent: Spent,
    /// Set when one of them may have been committed without our hearing of it.
    uncertain: bool,
}

impl Worker<'_> {
    /// Tries until the basket is settled, or the attempts are used up.
    pub(super) fn settle(&mut self, basket: &Basket, attempts: &mut Attempts) -> Ending {
        // Most orders need none.
        let mut waits = None;
        let ending = loop {
            attempts.made += 1;
            let outcome = match self.try_once(basket, attempts) {
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
            let pausing = Instant::now();
            let wait = waits.get_or_insert_with(delays).next();
            pause(wait.unwrap_or_default(), self.shared.stop);
            attempts.spent.backing_off += pausing.elapsed();
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
            // `attempt` has seen to the others.
            Ok(Answer::SoldOut) | Err(Setback::SoldOutHalfway | Setback::CameUpShort) => {
                return Some(Ending::SoldOut);
            }
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
        attempts: &mut Attempts,
    ) -> anyhow::Result<Result<Answer, Setback>> {
        let Shared {
            job, lobby, stop, ..
        } = self.shared;
        let connection = self.connection.borrow(&mut attempts.pool_wait)?;
        let (line, shared, buyer) = (&self.line, self.shared, self.buyer);
        let bill = |order: &Order| bill(shared, buyer, &mut line.borrow_mut(), order.item);
        let thought = Cell::new(Duration::ZERO);
        let think = || {
            if !job.load.hold.is_zero() {
                let began = Instant::now();
                pause(job.load.hold, stop);
                thought.set(thought.get() + began.elapsed());
            }
        };
        let shop = Shop {
            think: &think,
            effect: job.outside.is_some().then_some(&bill),
            publishes: job.scenario.publishes(),
            ..Shop::new(job.plan, lobby, job.load.stock)
        };
        let began = Instant::now();
        let outcome = attempt(connection, &shop, basket);
        attempts
            .spent
            .add_attempt(&outcome, began.elapsed(), thought.get());
        Ok(outcome)
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
