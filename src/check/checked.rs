//! One candidate, put to the test in every round, and what became of its promise.

use serde::Serialize;

use super::plenty::plenty;
use super::{CheckRequest, Outcome, Unanswered};
use crate::db::Description;
use crate::model::candidate::Candidate;
use crate::model::load::Load;
use crate::model::scenario::{Demand, Scenario, Words};
use crate::model::strategy::{GivingUp, Promise};
use crate::model::verdict::Verdict;
use crate::proof::purchases::Proof;
use crate::run::audit::Violations;
use crate::run::durability::Durability;
use crate::run::result::RunResult;

/// One candidate, put to the test in every round.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Checked {
    /// Its name.
    pub strategy: String,
    #[serde(skip)]
    candidate: Candidate,
    #[serde(skip)]
    pub(super) words: Words,
    /// What it promises.
    pub promise: Option<Promise>,
    /// What was seen of it; `None` where it was not run.
    pub measured: Option<Verdict>,
    /// Rounds run.
    pub rounds: u32,
    /// Rounds in which the control broke: the others show nothing.
    pub counting_rounds: u32,
    /// Orders in all rounds.
    pub orders: u64,
    /// Orders in the round in which there was plenty for everybody; `None` where it was not run.
    pub plenty_orders: Option<u64>,
    /// What was wrong, over all rounds.
    pub violations: Violations,
    /// What the server may have lost by itself, over all rounds.
    pub durability: Durability,
    /// Deadlocks, over all rounds.
    pub deadlocks: u64,
    /// Orders that were not answered, over all rounds.
    #[serde(flatten)]
    pub unanswered: Unanswered,
    /// Orders that may be given up; `None` where that is no part of a promise.
    pub may_give_up: Option<u64>,
    /// What every schedule of two buyers shows; `None` where that was not asked for.
    pub proof: Option<Proof>,
    /// What became of its promise.
    pub outcome: Outcome,
    /// Why it was not run, or shows nothing.
    pub reason: Option<String>,
    /// How long its rounds took, without the resets between them, in seconds.
    pub elapsed_s: f64,
    /// The command that runs the round that matters again: the first that broke, else the first.
    pub repeat: String,
    #[serde(skip)]
    pub(super) giving_up: Option<GivingUp>,
    /// Whether more orders were left without an answer than its promise allows.
    #[serde(skip)]
    pub(crate) too_many_unanswered: bool,
    /// Whether a round was bad, so that `repeat` names it.
    #[serde(skip)]
    has_broken: bool,
    /// Why the first of the rounds that ended early did.
    #[serde(skip)]
    pub(super) ended_early: Option<String>,
    /// Whether there is a load with plenty for everybody.
    #[serde(skip)]
    pub(super) needs_plenty: bool,
}

impl Checked {
    pub(super) fn new(
        candidate: &Candidate,
        database: &Description,
        request: &CheckRequest,
    ) -> Self {
        let backend = database.backend;
        let refusal = candidate.refusal(backend, request.scenario, &request.load);
        let run = request.run(candidate, request.load.clone());
        let promise = run.promise(database.engine());
        let is_safe = promise == Some(Promise::Safe);
        // Opposite baskets deadlock under every strategy, and one of the buyers tries again.
        let giving_up = candidate
            .giving_up(database.engine())
            .filter(|_| is_safe)
            .map(|allowed| match request.load.basket {
                1 => allowed,
                _ => GivingUp::AfterAllAttempts,
            });
        Self {
            strategy: candidate.name.clone(),
            candidate: candidate.clone(),
            words: request.scenario.words(),
            promise,
            measured: None,
            rounds: 0,
            counting_rounds: 0,
            orders: 0,
            plenty_orders: None,
            violations: Violations::default(),
            durability: Durability::default(),
            deadlocks: 0,
            unanswered: Unanswered::default(),
            may_give_up: None,
            proof: None,
            outcome: if refusal.is_some() {
                Outcome::Unsupported
            } else {
                Outcome::Inconclusive
            },
            reason: refusal,
            elapsed_s: 0.0,
            repeat: repeat(candidate, request, &request.load),
            giving_up,
            too_many_unanswered: false,
            has_broken: false,
            ended_early: None,
            needs_plenty: promise.is_some_and(Promise::is_sound)
                && plenty(candidate, backend, request.scenario, &request.load).is_some(),
        }
    }

    pub(super) fn candidate(&self) -> &Candidate {
        &self.candidate
    }

    pub(super) fn is_unsupported(&self) -> bool {
        self.outcome == Outcome::Unsupported
    }

    /// Whether it can be run, and promises that nothing is oversold, lost or counted twice.
    pub(super) fn is_sound(&self) -> bool {
        !self.is_unsupported() && self.promise.is_some_and(Promise::is_sound)
    }

    /// Adds a round, in which the control broke or did not.
    pub(super) fn count(
        &mut self,
        request: &CheckRequest,
        result: &RunResult,
        control_broke: bool,
    ) {
        self.add(request, result);
        self.rounds += 1;
        // A round without a single order carried out shows nothing, whatever the control did.
        let did_something = result.outcomes.sold + result.outcomes.restocked > 0;
        let is_whole =
            did_something && result.ended_early.is_none() && !result.durability.has_losses();
        self.counting_rounds += u32::from(control_broke && is_whole);
        self.orders += orders(result);
    }

    /// Adds the round with plenty for everybody.
    pub(super) fn count_plenty(&mut self, request: &CheckRequest, result: &RunResult) {
        self.add(request, result);
        self.plenty_orders = Some(orders(result));
    }

    fn add(&mut self, request: &CheckRequest, result: &RunResult) {
        let unanswered = Unanswered::of(result);
        let max_attempts = request.load.max_attempts;
        let allowed = |giving_up| !unanswered.is_more_than(giving_up, max_attempts);
        let is_bad = result.violations.any() || !self.giving_up.is_none_or(allowed);
        if is_bad && !std::mem::replace(&mut self.has_broken, true) {
            self.repeat = repeat(&self.candidate, request, &result.load);
        }
        self.violations.add(&result.violations);
        self.durability.add(&result.durability);
        self.unanswered.add(&unanswered);
        self.deadlocks += result.conflicts.get("deadlock").copied().unwrap_or(0);
        self.elapsed_s += result.elapsed_s;
        if self.ended_early.is_none() {
            self.ended_early.clone_from(&result.ended_early);
        }
    }

    /// Adds what every schedule of two buyers shows.
    pub(super) fn prove(&mut self, proof: Proof) {
        self.proof = Some(proof);
    }
}

fn orders(result: &RunResult) -> u64 {
    let told = &result.outcomes;
    told.sold + told.restocked + told.sold_out + told.gave_up + told.failed + told.unknown
}

/// The `lockbench run` that repeats a round.
fn repeat(candidate: &Candidate, request: &CheckRequest, load: &Load) -> String {
    let scenario = request.scenario;
    let mut story = String::new();
    if scenario != Scenario::default() {
        story = format!("--scenario {scenario} ");
    }
    // A check is of this process alone.
    if scenario.usual_servers().is_some() {
        story += "--servers 1 ";
    }
    let load_arguments = match scenario.demand() {
        // The only numbers that its load has.
        Demand::List => format!("--threads {} --items {}", load.threads, load.items),
        Demand::Orders => load.arguments(),
    };
    format!(
        "lockbench run {} {story}--database {} {load_arguments} --no-control --seed {}",
        candidate.arguments(),
        request.database_argument,
        load.seed
    )
}
