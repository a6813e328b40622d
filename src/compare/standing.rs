//! How one candidate fared in a comparison, in the shape of its JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{SoldLatency, TimeShares};
use crate::compare::statistics::Estimate;
use crate::model::candidate::Candidate;
use crate::model::strategy::Promise;
use crate::model::verdict::Verdict;
use crate::run::audit::{OutcomeCounts, Violations};
use crate::run::ceiling::Ceiling;
use crate::run::durability::Durability;
use crate::run::result::Distribution;

/// How one candidate fared, over all its rounds.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Standing {
    /// The name it goes by in this comparison.
    pub label: String,
    /// How it sells.
    pub strategy: Candidate,
    /// How long its buyers thought, in microseconds.
    pub hold_us: u64,
    /// What it promises; `null` where nothing is promised.
    pub promise: Option<Promise>,
    /// Whether it was right.
    pub verdict: Verdict,
    /// Why the verdict is inconclusive, or why it is not ranked.
    pub reason: Option<String>,
    /// What was wrong, over all its rounds and trials.
    pub violations: Violations,
    /// What the server may have lost by itself, over all its rounds and trials.
    pub durability: Durability,
    /// Its place, from 1 up; those between which no difference is shown share one. `null` for
    /// whoever is not ranked.
    pub rank: Option<u32>,
    /// The labels of the others that share its place.
    pub no_difference_from: Vec<String>,
    /// Units actually sold per second: the median of the rounds. `null` for whoever is not ranked:
    /// a speed that was bought with an oversell is no speed.
    pub goodput_per_s: Option<Estimate>,
    /// How many times the reference's goodput that is, from rounds paired with the reference's.
    pub ratio: Option<Estimate>,
    /// The same to the first of those that share its place; for that first one itself, to one of
    /// the place before that it is shown to be slower than. `null` for the fastest.
    pub ratio_to_before: Option<Estimate>,
    /// How the orders of its rounds ended.
    pub outcomes: OutcomeCounts,
    /// Attempts for each order that was carried out, those of the other orders included.
    pub attempts_per_sale: f64,
    /// Attempts that met another buyer, by cause.
    pub conflicts: BTreeMap<&'static str, u64>,
    /// Errors that ended an order, by their text.
    pub errors: BTreeMap<String, u64>,
    /// Statements sent for each order that was carried out, counted while warming up.
    pub statements_per_sale: Option<f64>,
    /// Journeys to the server and back for each of them: one for each statement, since all are
    /// prepared once and then only executed. `null` on SQLite, which has no server.
    pub round_trips_per_sale: Option<f64>,
    /// Processor time of this program for each of them, in microseconds; on SQLite the
    /// database's own work is in it, and a server's is not.
    pub cpu_us_per_sale: f64,
    /// How long a purchase takes where nobody else is buying, in microseconds, thinking left out.
    pub alone_us: f64,
    /// Where its buyers' time went.
    pub time: TimeShares,
    /// What this server allows buyers of one item who wait for each other, and how close they
    /// came; `null` where that says nothing of it, and for whoever is not ranked.
    pub ceiling: Option<Ceiling>,
    /// How long its orders took, in microseconds, over all its rounds.
    pub latency_us: StandingLatency,
    /// Each round, in the order in which they were run.
    pub rounds: Vec<Round>,
}

/// How long the orders of a candidate took, in microseconds.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct StandingLatency {
    /// Carried out, at whichever attempt.
    pub sold: SoldLatency,
    /// Carried out at the first attempt.
    pub first_try: Distribution,
    /// Carried out at a later attempt.
    pub retried: Distribution,
    /// Turned away as sold out.
    pub rejected: Distribution,
    /// Waiting for a connection.
    pub pool_wait: Distribution,
}

/// One round of one candidate.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Round {
    /// Its number, from 1 up; those of all candidates with one number belong together.
    pub round: u32,
    /// The seed that decided what the orders ask for.
    pub seed: u64,
    /// When its turn came within the round, from 1 up.
    pub turn: u32,
    /// Units actually sold per second.
    pub goodput_per_s: f64,
    /// Orders carried out.
    pub sold: u64,
    /// Attempts, the first ones included.
    pub attempts: u64,
    /// The 99th percentile of the latency of the orders carried out, in microseconds; `null` of
    /// fewer than a hundred.
    pub p99_us: Option<u64>,
    /// How long orders kept coming, in microseconds; `null` where their number was settled. It
    /// is shorter than the load says where `--max-time` leaves less.
    pub duration_us: Option<u64>,
    /// From the common start to the end of the last order, in seconds.
    pub elapsed_s: f64,
    /// What was wrong with it.
    pub violations: Violations,
    /// What was wrong with its trial: the same load with so little for sale that it sells out.
    pub trial_violations: Violations,
}

impl Round {
    /// Its goodput for a ratio, in which there can be no zero: where nothing was sold it counts
    /// as half a sale.
    pub(crate) fn speed(&self) -> f64 {
        speed(self.goodput_per_s, self.elapsed_s)
    }
}

/// The same of a round that was read from a file.
pub(super) fn speed(goodput_per_s: f64, elapsed_s: f64) -> f64 {
    goodput_per_s.max(0.5 / elapsed_s.max(f64::MIN_POSITIVE))
}

impl Standing {
    /// Whether it has a place among the others.
    pub fn is_ranked(&self) -> bool {
        self.rank.is_some()
    }
}

/// One that was right, and sold so many per second in its rounds.
#[cfg(test)]
pub(crate) fn fixture(label: &str, goodputs: &[f64]) -> Standing {
    use crate::hammer::Latencies;
    use crate::model::strategy::Strategy;
    let nothing = Distribution::from(&Latencies::default().first_try);
    let round = |(number, goodput): (u32, &f64)| Round {
        round: number,
        seed: number.into(),
        turn: 1,
        goodput_per_s: *goodput,
        sold: 1,
        attempts: 1,
        p99_us: None,
        duration_us: None,
        elapsed_s: 1.0,
        violations: Violations::default(),
        trial_violations: Violations::default(),
    };
    Standing {
        label: label.to_owned(),
        strategy: Strategy::Atomic.into(),
        hold_us: 0,
        promise: Some(Promise::Safe),
        verdict: Verdict::Safe,
        reason: None,
        violations: Violations::default(),
        durability: Durability::default(),
        rank: None,
        no_difference_from: Vec::new(),
        goodput_per_s: crate::compare::statistics::median(goodputs),
        ratio: None,
        ratio_to_before: None,
        outcomes: OutcomeCounts::default(),
        attempts_per_sale: 1.0,
        conflicts: BTreeMap::new(),
        errors: BTreeMap::new(),
        statements_per_sale: None,
        round_trips_per_sale: None,
        cpu_us_per_sale: 0.0,
        alone_us: 0.0,
        time: TimeShares::default(),
        ceiling: None,
        latency_us: StandingLatency {
            sold: SoldLatency::from(&Latencies::default().first_try),
            first_try: nothing,
            retried: nothing,
            rejected: nothing,
            pool_wait: nothing,
        },
        rounds: (1..).zip(goodputs).map(round).collect(),
    }
}
