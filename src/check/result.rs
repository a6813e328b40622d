//! The result of a check, in the shape of its JSON.

use serde::Serialize;

use super::{CheckRequest, Checked, Outcome};
use crate::db::Description;
use crate::exit::Exit;
use crate::load::Load;
use crate::result::RunResult;

/// The name and version of the JSON of a check. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.check/1";

/// How the control fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ControlTally {
    rounds: u32,
    broken: u32,
    oversold: u32,
}

/// The control, as the JSON has it.
#[derive(Clone, Copy, Debug, Serialize)]
struct Control {
    strategy: &'static str,
    rounds: u32,
    broken_rounds: u32,
    oversold_rounds: u32,
}

impl ControlTally {
    pub(super) fn count(&mut self, naive: &RunResult) {
        self.rounds += 1;
        self.broken += u32::from(naive.violations.any());
        self.oversold += u32::from(naive.violations.oversold > 0);
    }
}

/// All that is known of a check on one database.
#[derive(Clone, Debug, Serialize)]
pub struct CheckResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// On which database.
    pub database: Description,
    /// How hard, in the first round.
    pub load: Load,
    control: Control,
    /// Each contender.
    pub results: Vec<Checked>,
    /// The worst of the outcomes.
    pub verdict: Outcome,
    /// Whether the check was ended early from outside.
    pub interrupted: bool,
}

impl CheckResult {
    pub(super) fn new(
        database: Description,
        request: &CheckRequest,
        control: ControlTally,
        results: Vec<Checked>,
        interrupted: bool,
    ) -> Self {
        let any = |wanted: Outcome| results.iter().any(|checked| checked.outcome == wanted);
        let verdict = if any(Outcome::Broken) || any(Outcome::NotCaught) {
            Outcome::Broken
        } else if any(Outcome::Inconclusive) || !any(Outcome::Held) && !any(Outcome::Caught) {
            Outcome::Inconclusive
        } else {
            Outcome::Held
        };
        Self {
            schema: SCHEMA,
            database,
            load: request.load.clone(),
            control: Control {
                strategy: "naive",
                rounds: control.rounds,
                broken_rounds: control.broken,
                oversold_rounds: control.oversold,
            },
            results,
            verdict,
            interrupted,
        }
    }

    /// How often the control broke, and how often it ran.
    pub fn control(&self) -> (u32, u32) {
        (self.control.broken_rounds, self.control.rounds)
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self.verdict {
            Outcome::Broken => Exit::Broken,
            _ if self.interrupted => Exit::Interrupted,
            Outcome::Inconclusive => Exit::Inconclusive,
            _ => Exit::Held,
        }
    }
}
