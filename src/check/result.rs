//! The result of a check, in the shape of its JSON.

use std::time::Duration;

use serde::Serialize;

use super::{CheckRequest, Checked, Outcome, SelfTest};
use crate::db::Description;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::proof::purchases::Proof;
use crate::run::result::RunResult;
use crate::system::exit::Exit;

/// The name and version of the JSON of a check. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.check/2";

/// How the control fared.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ControlTally {
    strategy: &'static str,
    rounds: u32,
    broken_rounds: u32,
    oversold_rounds: u32,
    /// What every schedule of two buyers shows of it; `None` where that was not asked for.
    proof: Option<Proof>,
    /// Why no proof shows anything; `None` where the control's own does, or none was asked for.
    no_proof: Option<String>,
}

impl Default for ControlTally {
    fn default() -> Self {
        Self {
            strategy: "naive",
            rounds: 0,
            broken_rounds: 0,
            oversold_rounds: 0,
            proof: None,
            no_proof: None,
        }
    }
}

impl ControlTally {
    pub(super) fn count(&mut self, naive: &RunResult) {
        self.rounds += 1;
        self.broken_rounds += u32::from(naive.violations.any());
        self.oversold_rounds += u32::from(naive.violations.oversold > 0);
    }

    pub(super) fn with_proof(self, proof: Option<Proof>, no_proof: Option<String>) -> Self {
        Self {
            proof,
            no_proof,
            ..self
        }
    }
}

/// All that is known of a check on one database.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct CheckResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// On which database.
    pub database: Description,
    /// In which story.
    pub scenario: Scenario,
    /// How hard, in the first round.
    pub load: Load,
    /// Rounds that were asked for.
    pub rounds: u32,
    /// The audit, tried before it was believed.
    pub self_test: SelfTest,
    control: ControlTally,
    /// Each candidate.
    pub results: Vec<Checked>,
    /// The worst of the outcomes.
    pub verdict: Outcome,
    /// Whether the check was ended early from outside.
    pub interrupted: bool,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
}

impl CheckResult {
    pub(super) fn new(
        database: Description,
        request: &CheckRequest,
        self_test: SelfTest,
        control: ControlTally,
        results: Vec<Checked>,
        interrupted: bool,
        elapsed: Duration,
    ) -> Self {
        let any = |wanted: Outcome| results.iter().any(|checked| checked.outcome == wanted);
        let verdict = if any(Outcome::Broken) || any(Outcome::NotCaught) {
            Outcome::Broken
        } else if interrupted {
            Outcome::Interrupted
        } else if any(Outcome::Inconclusive) || !any(Outcome::Held) && !any(Outcome::Caught) {
            Outcome::Inconclusive
        } else {
            Outcome::Held
        };
        Self {
            schema: SCHEMA,
            database,
            scenario: request.scenario,
            load: request.load.clone(),
            rounds: request.rounds,
            self_test,
            control,
            results,
            verdict,
            interrupted,
            elapsed_s: elapsed.as_secs_f64(),
        }
    }

    /// How often the control broke, and how often it ran.
    pub fn control(&self) -> (u32, u32) {
        (self.control.broken_rounds, self.control.rounds)
    }

    /// What every schedule of two buyers shows of the control.
    pub fn control_proof(&self) -> Option<&Proof> {
        self.control.proof.as_ref()
    }

    /// Why no proof shows anything.
    pub fn no_proof(&self) -> Option<&str> {
        self.control.no_proof.as_deref()
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self.verdict {
            Outcome::Broken => Exit::Broken,
            Outcome::Interrupted => Exit::Interrupted,
            Outcome::Inconclusive => Exit::Inconclusive,
            _ => Exit::Held,
        }
    }
}
