//! What the rounds of one entrant at one point add up to.

use std::collections::BTreeMap;
use std::time::Duration;

use super::standing::StandingLatency;
use super::{ControlTally, Entrant, Round, SoldLatency, Standing, TimeShares};
use crate::audit::{Outcomes, Violations};
use crate::ceiling::{Ceiling, Costs};
use crate::db::{Backend, Engine};
use crate::hammer::{Latencies, Spent};
use crate::load::Load;
use crate::result::Distribution;
use crate::run::{Overheard, Request, RoundMeasured};
use crate::statistics::median;
use crate::strategy::{Promise, Strategy};
use crate::verdict::Verdict;

/// What the rounds of one entrant at one point add up to.
pub(super) struct Tally {
    pub(super) entrant: Entrant,
    pub(super) load: Load,
    /// How long a purchase takes where nobody else is buying.
    pub(super) alone: Duration,
    backend: Backend,
    promise: Option<Promise>,
    rounds: Vec<Round>,
    violations: Violations,
    outcomes: Outcomes,
    attempts: u64,
    conflicts: BTreeMap<&'static str, u64>,
    errors: BTreeMap<String, u64>,
    latencies: Latencies,
    spent: Spent,
    cpu: Duration,
    /// How long all buyers were at work.
    at_work: Duration,
    /// How long the rounds took.
    elapsed: Duration,
    overheard: Overheard,
}

impl Tally {
    pub(super) fn new(entrant: Entrant, load: &Load, engine: Engine) -> Self {
        Self {
            load: entrant.load(load),
            alone: Duration::ZERO,
            backend: engine.backend,
            promise: entrant.contender.promise(engine),
            entrant,
            rounds: Vec::new(),
            violations: Violations::default(),
            outcomes: Outcomes::default(),
            attempts: 0,
            conflicts: BTreeMap::new(),
            errors: BTreeMap::new(),
            latencies: Latencies::default(),
            spent: Spent::default(),
            cpu: Duration::ZERO,
            at_work: Duration::ZERO,
            elapsed: Duration::ZERO,
            overheard: Overheard::default(),
        }
    }

    /// Whether it was wrong in any round or trial.
    pub(super) fn is_wrong(&self) -> bool {
        self.violations.any()
    }

    /// Whether it is naive under the load of all.
    pub(super) fn is_control(&self) -> bool {
        self.entrant.contender.plan == Strategy::Naive.plan() && self.entrant.hold.is_none()
    }

    /// Adds a round.
    pub(super) fn count(&mut self, number: u32, seed: u64, turn: u32, round: RoundMeasured) {
        let RoundMeasured {
            trial,
            overheard,
            measured,
        } = round;
        let elapsed_s = measured.elapsed.as_secs_f64();
        let record = &measured.record;
        let trial_violations = trial.map(|trial| trial.violations).unwrap_or_default();
        self.rounds.push(Round {
            round: number,
            seed,
            turn,
            goodput_per_s: match self.load.duration {
                Some(time) => record.units_in_time as f64 / time.as_secs_f64(),
                None => measured.truly_sold as f64 / elapsed_s.max(f64::MIN_POSITIVE),
            },
            sold: measured.outcomes.sold,
            attempts: record.attempts,
            p99_us: record.latencies.sold().value_at_quantile(0.99),
            elapsed_s,
            violations: measured.violations,
            trial_violations,
        });
        self.violations.add(&trial_violations);
        self.violations.add(&measured.violations);
        self.outcomes.add(&measured.outcomes);
        self.attempts += record.attempts;
        for (cause, count) in measured.conflicts() {
            *self.conflicts.entry(cause).or_default() += count;
        }
        for (text, count) in &record.errors {
            *self.errors.entry(text.clone()).or_default() += count;
        }
        self.latencies.add(&record.latencies);
        self.spent.add(&record.spent);
        self.cpu += measured.cpu;
        self.at_work += record.at_work;
        self.elapsed += measured.elapsed;
        self.overheard.statements += overheard.statements;
        self.overheard.sales += overheard.sales;
    }

    /// How it fared as the control.
    pub(super) fn as_control(&self) -> ControlTally {
        let broken = |round: &&Round| round.violations.any() || round.trial_violations.any();
        ControlTally {
            strategy: "naive",
            rounds: self.rounds.len() as u32,
            broken_rounds: self.rounds.iter().filter(broken).count() as u32,
            violations: self.violations,
        }
    }

    /// What it amounts to, where the control broke, or did not, or was not tried, on a server
    /// that has these `costs`. It has a goodput where it may be ranked.
    pub(super) fn standing(&self, control_broke: Option<bool>, costs: Option<&Costs>) -> Standing {
        let (verdict, reason) = self.verdict(control_broke);
        let may_be_ranked = verdict != Verdict::Unsafe && reason.is_none();
        let sales = self.sales();
        let ceiling = costs
            .filter(|_| may_be_ranked)
            .and_then(|costs| Ceiling::of(costs, &self.request(), &self.outcomes, self.elapsed));
        let per_sale = |number: f64| number / sales.max(1) as f64;
        let statements = (self.overheard.sales > 0)
            .then(|| self.overheard.statements as f64 / self.overheard.sales as f64);
        let goodputs: Vec<f64> = self
            .rounds
            .iter()
            .map(|round| round.goodput_per_s)
            .collect();
        Standing {
            label: self.entrant.label.clone(),
            strategy: self.entrant.contender.clone(),
            hold_us: micros(self.load.hold),
            promise: self.promise,
            verdict,
            reason,
            violations: self.violations,
            rank: None,
            no_difference_from: Vec::new(),
            goodput_per_s: may_be_ranked.then(|| median(&goodputs)).flatten(),
            ratio: None,
            ratio_to_before: None,
            outcomes: self.outcomes,
            attempts_per_sale: per_sale(self.attempts as f64),
            conflicts: self.conflicts.clone(),
            errors: self.errors.clone(),
            statements_per_sale: statements,
            round_trips_per_sale: statements.filter(|_| self.backend != Backend::Sqlite),
            cpu_us_per_sale: per_sale(self.cpu.as_secs_f64() * 1e6),
            alone_us: self.alone.as_secs_f64() * 1e6,
            time: TimeShares::of(&self.spent, self.at_work, sales, self.alone),
            latency_us: StandingLatency {
                sold: SoldLatency::from(&self.latencies.sold()),
                first_try: Distribution::from(&self.latencies.first_try),
                retried: Distribution::from(&self.latencies.retried),
                rejected: Distribution::from(&self.latencies.rejected),
                pool_wait: Distribution::from(&self.latencies.pool_wait),
            },
            ceiling,
            rounds: self.rounds.clone(),
        }
    }

    /// What it is run with, under the seed of the first round.
    pub(super) fn request(&self) -> Request {
        Request::new(self.entrant.contender.clone(), self.load.clone())
    }

    fn verdict(&self, control_broke: Option<bool>) -> (Verdict, Option<String>) {
        let doubt = |words: &str| (Verdict::Inconclusive, Some(words.to_owned()));
        if self.is_wrong() {
            return (Verdict::Unsafe, None);
        }
        if self.promise == Some(Promise::Unsafe) {
            return doubt("known to be unsafe here, and this load did not show it");
        }
        if self.sales() == 0 {
            return doubt("not one order was carried out");
        }
        if self.ran_out() {
            return doubt(
                "sold everything before the time was up, so that its speed is not known: use a larger --stock, or a shorter --duration",
            );
        }
        match (control_broke, self.promise) {
            (Some(false), None) => {
                doubt("nothing is promised for these choices, and this load shows nothing")
            }
            // The comparison says why, once for all.
            (Some(false), Some(_)) => (Verdict::Inconclusive, None),
            (Some(true) | None, _) => (Verdict::Safe, None),
        }
    }

    /// Whether buyers were turned away while time, and not a number of orders, was to end it: the
    /// time that was left then is in its goodput, and no sale.
    fn ran_out(&self) -> bool {
        self.load.duration.is_some() && self.outcomes.sold_out > 0
    }

    /// Orders carried out.
    fn sales(&self) -> u64 {
        self.outcomes.sold + self.outcomes.restocked
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
