//! One contender, put to the test in every round, and what became of its promise.

use std::fmt;

use serde::Serialize;

use super::CheckRequest;
use crate::audit::Violations;
use crate::contender::Contender;
use crate::db::Description;
use crate::explore::purchases::Proof;
use crate::result::RunResult;
use crate::strategy::Promise;
use crate::verdict::Verdict;

/// What became of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Promised to be safe, and was.
    Held,
    /// Promised to be safe, and was not.
    Broken,
    /// Documented as unsafe, and seen to be.
    Caught,
    /// Documented as unsafe, and not seen to be, though the control was.
    NotCaught,
    /// The load showed nothing: the control broke nothing either.
    Inconclusive,
    /// Cannot be run on this database.
    Unsupported,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Held => "held",
            Self::Broken => "broken",
            Self::Caught => "caught",
            Self::NotCaught => "not caught",
            Self::Inconclusive => "inconclusive",
            Self::Unsupported => "unsupported",
        })
    }
}

/// One contender, put to the test in every round.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// Its name.
    pub strategy: String,
    #[serde(skip)]
    contender: Contender,
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
    /// What was wrong, over all rounds.
    pub violations: Violations,
    /// Deadlocks, over all rounds.
    pub deadlocks: u64,
    /// Orders given up, over all rounds.
    pub gave_up: u64,
    /// What every schedule of two buyers shows; `None` where that was not asked for.
    pub proof: Option<Proof>,
    /// What became of its promise.
    pub outcome: Outcome,
    /// Why it was not run, or shows nothing.
    pub reason: Option<String>,
    /// The command that runs the round that matters again: the first that broke, else the first.
    pub repeat: String,
}

impl Checked {
    pub(super) fn new(
        contender: &Contender,
        database: &Description,
        request: &CheckRequest,
    ) -> Self {
        let refusal = contender.refusal(database.backend, request.scenario, &request.load);
        Self {
            strategy: contender.name.clone(),
            contender: contender.clone(),
            promise: contender.promise(database.engine()),
            measured: None,
            rounds: 0,
            counting_rounds: 0,
            orders: 0,
            violations: Violations::default(),
            deadlocks: 0,
            gave_up: 0,
            proof: None,
            outcome: if refusal.is_some() {
                Outcome::Unsupported
            } else {
                Outcome::Inconclusive
            },
            reason: refusal,
            repeat: repeat(contender, request, request.load.seed),
        }
    }

    pub(super) fn contender(&self) -> &Contender {
        &self.contender
    }

    pub(super) fn is_unsupported(&self) -> bool {
        self.outcome == Outcome::Unsupported
    }

    /// Adds a round, in which the control broke or did not.
    pub(super) fn count(&mut self, result: &RunResult, control_broke: bool) {
        if result.violations.any() && !self.violations.any() {
            let seed = result.load.seed.to_string();
            if let Some((before, _)) = self.repeat.rsplit_once(' ') {
                self.repeat = format!("{before} {seed}");
            }
        }
        self.rounds += 1;
        // A round without a single order carried out shows nothing, whatever the control did.
        let did_something = result.outcomes.sold + result.outcomes.restocked > 0;
        self.counting_rounds += u32::from(control_broke && did_something);
        let told = &result.outcomes;
        self.orders +=
            told.sold + told.restocked + told.sold_out + told.gave_up + told.failed + told.unknown;
        self.violations.add(&result.violations);
        self.deadlocks += result.conflicts.get("deadlock").copied().unwrap_or(0);
        self.gave_up += told.gave_up;
    }

    /// Adds what every schedule of two buyers shows.
    pub(super) fn prove(&mut self, proof: Proof) {
        self.proof = Some(proof);
    }

    pub(super) fn conclude(&mut self) {
        if self.is_unsupported() {
            return;
        }
        let doubt = self.doubt();
        let violated = self.violations.any() || self.is_proved(Verdict::Unsafe);
        let (measured, outcome) = match (violated, self.promise) {
            (true, Some(promise)) if promise.is_sound() => (Verdict::Unsafe, Outcome::Broken),
            (true, _) => (Verdict::Unsafe, Outcome::Caught),
            (false, _) if doubt.is_some() => (Verdict::Inconclusive, Outcome::Inconclusive),
            (false, Some(Promise::Deadlocks)) if self.deadlocks() > 0 => {
                (Verdict::Safe, Outcome::Caught)
            }
            (false, Some(Promise::GivesUp)) if self.gave_up() > 0 => {
                (Verdict::Safe, Outcome::Caught)
            }
            (false, Some(promise)) if promise != Promise::Safe => {
                (Verdict::Safe, Outcome::NotCaught)
            }
            (false, _) => (Verdict::Safe, Outcome::Held),
        };
        if outcome == Outcome::Inconclusive {
            self.reason = doubt;
        }
        self.measured = Some(measured);
        self.outcome = outcome;
    }

    fn is_proved(&self, verdict: Verdict) -> bool {
        self.proof
            .as_ref()
            .is_some_and(|proof| proof.verdict == verdict)
    }

    /// Why that nothing was wrong means nothing.
    fn doubt(&self) -> Option<String> {
        if self.rounds == 0 {
            return Some("it was not run".to_owned());
        }
        if self.counting_rounds == 0 {
            return Some(
                "naive broke nothing under this load either: use more threads, or a longer --hold"
                    .to_owned(),
            );
        }
        let proof = self.proof.as_ref()?;
        let reason = proof.reason.as_ref()?;
        Some(format!("no proof: {reason}"))
    }

    /// Deadlocks of the load, or schedules that ended in one.
    pub(crate) fn deadlocks(&self) -> u64 {
        self.deadlocks + self.proof.as_ref().map_or(0, |proof| proof.deadlocked)
    }

    /// Buyers who gave up, under the load or in a schedule.
    pub(crate) fn gave_up(&self) -> u64 {
        self.gave_up + self.proof.as_ref().map_or(0, |proof| proof.gave_up)
    }
}

/// The `lockbench run` that repeats a round; its seed comes last.
fn repeat(contender: &Contender, request: &CheckRequest, seed: u64) -> String {
    format!(
        "lockbench run {} --database {} {} --no-control --seed {seed}",
        contender.arguments(),
        request.database_argument,
        request.load.arguments()
    )
}
