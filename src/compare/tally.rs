use std::collections::BTreeMap;
use std::time::Duration;

use super::standing::StandingLatency;
use super::{ComparedCandidate, ControlTally, Round, SoldLatency, Standing, TimeShares};
use crate::compare::statistics::median;
use crate::db::{Backend, Engine};
use crate::hammer::{Latencies, TimeBreakdown};
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::{Promise, Strategy};
use crate::model::verdict::Verdict;
use crate::run::audit::{OutcomeCounts, Violations};
use crate::run::ceiling::{Ceiling, Costs};
use crate::run::durability::Durability;
use crate::run::result::{Distribution, all_but_one_in};
use crate::run::{Overheard, Request, RoundMeasured};

/// What the rounds of one candidate at one point add up to.
pub(super) struct Tally {
    pub(super) compared: ComparedCandidate,
    pub(super) load: Load,
    /// How long a purchase takes where nobody else is buying.
    pub(super) alone: Duration,
    backend: Backend,
    promise: Option<Promise>,
    rounds: Vec<Round>,
    violations: Violations,
    durability: Durability,
    outcomes: OutcomeCounts,
    attempts: u64,
    conflicts: BTreeMap<&'static str, u64>,
    errors: BTreeMap<String, u64>,
    latencies: Latencies,
    spent: TimeBreakdown,
    cpu: Duration,
    /// How long all buyers were at work.
    at_work: Duration,
    /// How long the rounds took.
    elapsed: Duration,
    overheard: Overheard,
}

impl Tally {
    pub(super) fn new(compared: ComparedCandidate, load: &Load, engine: Engine) -> Self {
        Self {
            load: compared.load(load),
            alone: Duration::ZERO,
            backend: engine.backend,
            promise: compared.candidate.promise(engine),
            compared,
            rounds: Vec::new(),
            violations: Violations::default(),
            durability: Durability::default(),
            outcomes: OutcomeCounts::default(),
            attempts: 0,
            conflicts: BTreeMap::new(),
            errors: BTreeMap::new(),
            latencies: Latencies::default(),
            spent: TimeBreakdown::default(),
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
        self.compared.candidate.plan == Strategy::Naive.plan() && self.compared.hold.is_none()
    }

    /// Adds a round, in which orders kept coming for so long.
    pub(super) fn count(
        &mut self,
        number: u32,
        seed: u64,
        turn: u32,
        duration: Option<Duration>,
        round: RoundMeasured,
    ) {
        let RoundMeasured {
            trial,
            overheard,
            measured,
        } = round;
        let (measurement, audit) = (&measured.measurement, &measured.audit);
        let elapsed_s = measurement.elapsed.as_secs_f64();
        let record = &measurement.record;
        let trial_violations = trial.as_ref().map(|trial| trial.audit.violations);
        let trial_violations = trial_violations.unwrap_or_default();
        if let Some(trial) = &trial {
            self.durability.add(&trial.durability);
        }
        self.durability.add(&measured.durability);
        self.rounds.push(Round {
            round: number,
            seed,
            turn,
            goodput_per_s: match duration {
                Some(time) => record.units_in_time as f64 / time.as_secs_f64(),
                None => audit.truly_sold as f64 / elapsed_s.max(f64::MIN_POSITIVE),
            },
            sold: audit.outcomes.sold,
            attempts: record.attempts,
            p99_us: all_but_one_in(100, &record.latencies.sold()),
            duration_us: duration.map(micros),
            elapsed_s,
            violations: audit.violations,
            trial_violations,
        });
        self.violations.add(&trial_violations);
        self.violations.add(&audit.violations);
        self.outcomes.add(&audit.outcomes);
        self.attempts += record.attempts;
        for (cause, count) in measured.conflicts() {
            *self.conflicts.entry(cause).or_default() += count;
        }
        for (text, count) in &record.errors {
            *self.errors.entry(text.clone()).or_default() += count;
        }
        self.latencies.add(&record.latencies);
        self.spent.add(&record.spent);
        self.cpu += measurement.cpu;
        self.at_work += record.at_work;
        self.elapsed += measurement.elapsed;
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
            label: self.compared.label.clone(),
            strategy: self.compared.candidate.clone(),
            hold_us: micros(self.load.hold),
            promise: self.promise,
            verdict,
            reason,
            violations: self.violations,
            durability: self.durability.clone(),
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
        Request::new(self.compared.candidate.clone(), self.load.clone())
    }

    fn verdict(&self, control_broke: Option<bool>) -> (Verdict, Option<String>) {
        let doubt = |words: &str| (Verdict::Inconclusive, Some(words.to_owned()));
        if self.is_wrong() {
            return (Verdict::Unsafe, None);
        }
        if self.rounds.is_empty() {
            return doubt("no round was finished");
        }
        if let Some(lost) = self.lost() {
            return (Verdict::Inconclusive, Some(lost));
        }
        if self.promise == Some(Promise::Unsafe) {
            return doubt("known to be unsafe here, but this load did not show it");
        }
        if self.sales() == 0 {
            return doubt("no order was carried out");
        }
        if self.ran_out() {
            return doubt(
                "sold everything before the time was up, so its speed is not known: use a larger --stock, or a shorter --duration",
            );
        }
        match (control_broke, self.promise) {
            (Some(false), None) => {
                doubt("these choices promise nothing, and this load shows nothing")
            }
            // The comparison says why, once for all.
            (Some(false), Some(_)) => (Verdict::Inconclusive, None),
            (Some(true) | None, _) => (Verdict::Safe, None),
        }
    }

    /// What the server may have lost by itself, if anything.
    pub(super) fn lost(&self) -> Option<String> {
        self.durability.sentence(&Scenario::Inventory.words())
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
