//! Trying, until a basket is settled.

use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use super::Worker;
use super::bill::bill;
use crate::db::{self, trace};
use crate::hammer::backoff::{delays, pause};
use crate::hammer::event::What;
use crate::hammer::{Outcome, Shared, TimeBreakdown};
use crate::model::order::{Basket, Order};
use crate::model::scenario::Demand;
use crate::purchase::{
    Answer, AttemptError, Conflict, NextStep, PurchaseContext, attempt, was_carried_out,
};

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
    pub(super) spent: TimeBreakdown,
    /// Set when one of them may have been committed without our hearing of it.
    uncertain: bool,
}

impl Worker<'_> {
    /// Tries until the basket is settled, or the attempts are used up.
    pub(super) fn settle(&mut self, basket: &Basket, attempts: &mut Attempts) -> Outcome {
        // Most orders need none.
        let mut waits = None;
        let outcome = loop {
            attempts.made += 1;
            let answer = match self.try_once(basket, attempts) {
                Ok(answer) => answer,
                Err(gone) => {
                    let _ = self.shared.gone.set(format!("{gone:#}"));
                    break Outcome::GaveUp;
                }
            };
            if let Some(outcome) = self.judge(basket, answer, attempts) {
                break outcome;
            }
            let max_attempts = self.shared.job.load.max_attempts;
            if attempts.made == max_attempts || self.shared.stop.load(Relaxed) {
                break Outcome::GaveUp;
            }
            trace::tell(|| {
                let (buyer, made) = (self.buyer, attempts.made);
                let last = attempts.conflicts.last().map(ToString::to_string);
                format!(
                    "buyer {buyer}: retries after attempt {made}: {}",
                    last.unwrap_or_default()
                )
            });
            self.let_go(false);
            let pausing = Instant::now();
            let wait = waits.get_or_insert_with(delays).next();
            pause(wait.unwrap_or_default(), self.shared.stop);
            attempts.spent.backing_off += pausing.elapsed();
        };
        match outcome {
            // A lost attempt may have taken the last unit before the later one looked.
            Outcome::SoldOut | Outcome::GaveUp | Outcome::Failed if attempts.uncertain => {
                match self.look_up(basket, &mut attempts.pool_wait) {
                    Some(true) => Outcome::Done,
                    Some(false) => outcome,
                    None => Outcome::Unknown,
                }
            }
            outcome => outcome,
        }
    }

    /// What an attempt's answer means for the basket; `None`: try again.
    fn judge(
        &mut self,
        basket: &Basket,
        answer: Result<Answer, AttemptError>,
        attempts: &mut Attempts,
    ) -> Option<Outcome> {
        let next = NextStep::after(answer, attempts.made, self.has_shared_keys());
        let conflict = match &next {
            NextStep::TryAgain(conflict) => Some(*conflict),
            NextStep::LookUp => Some(CONNECTION_LOST),
            NextStep::GaveUp => Some(Conflict::StaleVersion),
            NextStep::Done | NextStep::SoldOut | NextStep::Failed(_) => None,
        };
        if let Some(conflict) = conflict {
            attempts.conflicts.push(conflict);
            let item = basket.orders().first().map_or(0, |order| order.item);
            self.tell(|| What::Met { item, conflict });
        }
        match next {
            NextStep::Done => Some(Outcome::Done),
            NextStep::SoldOut => Some(Outcome::SoldOut),
            NextStep::GaveUp => Some(Outcome::GaveUp),
            NextStep::Failed(words) => {
                attempts.error = Some(words);
                Some(Outcome::Failed)
            }
            NextStep::TryAgain(conflict) => {
                self.leaves_to_others(conflict).then_some(Outcome::InUse)
            }
            NextStep::LookUp => match self.look_up(basket, &mut attempts.pool_wait) {
                Some(true) => Some(Outcome::Done),
                Some(false) => None,
                None => {
                    attempts.uncertain = true;
                    None
                }
            },
        }
    }

    /// Whether a buyer who does not wait for locks goes on to the next invoice, since the list
    /// will be drawn up again.
    fn leaves_to_others(&self, conflict: Conflict) -> bool {
        let job = &self.shared.job;
        let waits_not = job.plan.read.row_lock().is_some_and(|lock| !lock.waits());
        job.scenario.demand() == Demand::List && waits_not && conflict.is_in_use()
    }

    fn try_once(
        &mut self,
        basket: &Basket,
        attempts: &mut Attempts,
    ) -> anyhow::Result<Result<Answer, AttemptError>> {
        let Shared {
            job,
            coordinator,
            stop,
            ..
        } = self.shared;
        let connection = self.connection.borrow(&mut attempts.pool_wait)?;
        let (gateway, shared, buyer) = (&self.gateway, self.shared, self.buyer);
        let bill = |order: &Order| bill(shared, buyer, &mut gateway.borrow_mut(), order.item);
        let thought = Cell::new(Duration::ZERO);
        let think = || {
            if !job.load.hold.is_zero() {
                let began = Instant::now();
                pause(job.load.hold, stop);
                thought.set(thought.get() + began.elapsed());
            }
        };
        let context = PurchaseContext {
            think: &think,
            effect: job.outside.is_some().then_some(&bill),
            publishes: job.scenario.publishes(),
            ..PurchaseContext::new(job.plan, coordinator, job.load.stock)
        };
        let began = Instant::now();
        let answer = attempt(connection, &context, basket);
        attempts
            .spent
            .add_attempt(&answer, began.elapsed(), thought.get());
        Ok(answer)
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
