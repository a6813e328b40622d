//! What the buyers were told, kept by each thread for itself and put together at the end.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::{OrderOutcomes, OrderResult, Outcome, TimeBreakdown};
use crate::purchase::Conflict;

/// What a buyer, or all buyers together, were told.
#[derive(Debug)]
pub struct Record {
    /// How each order ended.
    pub told: OrderOutcomes,
    /// Attempts, the first ones included.
    pub attempts: u64,
    /// Attempts that met another buyer, by cause.
    pub conflicts: BTreeMap<Conflict, u64>,
    /// Errors that ended an order, by their text.
    pub errors: BTreeMap<String, u64>,
    /// The fewest attempts after which an order was given up.
    pub gave_up_after: Option<u32>,
    /// How long the orders took.
    pub latencies: Latencies,
    /// Where the buyers' time went; nothing of buyers in other processes.
    pub spent: TimeBreakdown,
    /// From the common start to the end of each buyer's last order, summed over them.
    pub at_work: Duration,
    /// Units sold, of all orders that ended while orders were still coming (`--duration`): the
    /// last orders of a run meet fewer and fewer others. Nothing of buyers in other processes.
    pub units_in_time: i64,
}

/// How long orders took, from the moment they came in, in microseconds.
#[derive(Debug)]
pub struct Latencies {
    /// Carried out at the first attempt.
    pub first_try: Histogram<u64>,
    /// Carried out at a later attempt.
    pub retried: Histogram<u64>,
    /// Turned away as sold out.
    pub rejected: Histogram<u64>,
    /// Waiting for a connection, of all orders that had to.
    pub pool_wait: Histogram<u64>,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            first_try: histogram(),
            retried: histogram(),
            rejected: histogram(),
            pool_wait: histogram(),
        }
    }
}

impl Latencies {
    /// Adds those of others.
    pub fn add(&mut self, others: &Self) {
        for (into, from) in [
            (&mut self.first_try, &others.first_try),
            (&mut self.retried, &others.retried),
            (&mut self.rejected, &others.rejected),
            (&mut self.pool_wait, &others.pool_wait),
        ] {
            merge(into, from);
        }
    }

    /// Those of all orders carried out, at whichever attempt.
    pub fn sold(&self) -> Histogram<u64> {
        let mut sold = self.first_try.clone();
        merge(&mut sold, &self.retried);
        sold
    }

    /// How many orders were carried out.
    pub fn sales(&self) -> u64 {
        self.first_try.len() + self.retried.len()
    }
}

fn merge(into: &mut Histogram<u64>, from: &Histogram<u64>) {
    // Fails only for a histogram that may not grow.
    let _ = into.add(from);
}

/// Three significant digits, growing as far as it has to.
fn histogram() -> Histogram<u64> {
    #[allow(clippy::expect_used)] // Refused only for more than five digits.
    Histogram::new(3).expect("three digits are allowed")
}

impl Record {
    /// An empty one, which will keep how orders ended in `told`.
    pub(crate) fn new(told: OrderOutcomes) -> Self {
        Self {
            told,
            attempts: 0,
            conflicts: BTreeMap::new(),
            errors: BTreeMap::new(),
            gave_up_after: None,
            latencies: Latencies::default(),
            spent: TimeBreakdown::default(),
            at_work: Duration::ZERO,
            units_in_time: 0,
        }
    }

    /// Adds what became of one basket.
    pub(crate) fn add(&mut self, settled: OrderResult) {
        let OrderResult {
            basket,
            outcome,
            attempts,
            conflicts,
            error,
            latency_us,
            pool_wait_us,
        } = settled;
        self.told.add(basket, outcome);
        self.attempts += u64::from(attempts);
        for conflict in conflicts {
            *self.conflicts.entry(conflict).or_default() += 1;
        }
        if let Some(text) = error {
            *self.errors.entry(text).or_default() += 1;
        }
        if pool_wait_us > 0 {
            note(&mut self.latencies.pool_wait, pool_wait_us);
        }
        if outcome == Outcome::GaveUp {
            self.gave_up_after(attempts);
        }
        match outcome {
            Outcome::Done if attempts == 1 => note(&mut self.latencies.first_try, latency_us),
            Outcome::Done => note(&mut self.latencies.retried, latency_us),
            Outcome::SoldOut => note(&mut self.latencies.rejected, latency_us),
            Outcome::InUse | Outcome::GaveUp | Outcome::Failed | Outcome::Unknown => {}
        }
    }

    fn gave_up_after(&mut self, attempts: u32) {
        let before = self.gave_up_after.unwrap_or(attempts);
        self.gave_up_after = Some(before.min(attempts));
    }

    /// All records as one.
    pub(crate) fn merge(records: Vec<Self>) -> Self {
        let mut all = Self::new(OrderOutcomes::default());
        for record in records {
            all.told.absorb(record.told);
            all.attempts += record.attempts;
            all.spent.add(&record.spent);
            all.at_work += record.at_work;
            all.units_in_time += record.units_in_time;
            for (conflict, count) in record.conflicts {
                *all.conflicts.entry(conflict).or_default() += count;
            }
            if let Some(attempts) = record.gave_up_after {
                all.gave_up_after(attempts);
            }
            for (text, count) in record.errors {
                *all.errors.entry(text).or_default() += count;
            }
            all.latencies.add(&record.latencies);
        }
        all
    }
}

/// `saturating_record` would not do: it cuts a value off where the histogram now ends, and
/// these grow.
fn note(histogram: &mut Histogram<u64>, micros: u64) {
    // Fails only for a histogram that may not grow.
    let _ = histogram.record(micros);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::order::Order;

    #[test]
    fn a_latency_is_recorded_as_it_was_however_long() {
        for micros in [1, 999, 5_000, 1_000_000, 60_000_000] {
            let mut record = Record::new(OrderOutcomes::default());
            let order = Order {
                key: 1,
                item: 1,
                quantity: 1,
            };
            record.add(OrderResult {
                basket: order.into(),
                outcome: Outcome::Done,
                attempts: 2,
                conflicts: Vec::new(),
                error: None,
                latency_us: micros,
                pool_wait_us: 0,
            });
            let merged = Record::merge(vec![record, Record::new(OrderOutcomes::default())]);
            let found = merged.latencies.retried.max();
            assert!(
                found.abs_diff(micros) <= micros / 500,
                "{micros} became {found}"
            );
        }
    }
}
