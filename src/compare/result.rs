//! The result of a compare, in the shape of its JSON.

use serde::Serialize;

use super::{CompareRequest, Standing};
use crate::compare::statistics::{CONFIDENCE, LEAST};
use crate::db::Description;
use crate::model::load::Load;
use crate::model::verdict::Verdict;
use crate::system::exit::Exit;
use crate::system::machine::Machine;

/// The name and version of the JSON of a compare. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.compare/1";

/// All that is known of a compare.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct CompareResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Where and how it was measured.
    #[serde(flatten)]
    pub conditions: Conditions,
    /// What was found.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// How it fares against an earlier one; `null` where there was none to hold it against.
    pub baseline: Option<super::Judgement>,
    /// Whether it was ended early from outside: the rounds are those that were finished.
    pub interrupted: bool,
    /// How the time was spent.
    pub timing: super::Timing,
    /// How long all of it took, from the start of the command, in seconds.
    pub elapsed_s: f64,
}

/// Where and how it was measured: what all points of a sweep have in common.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Conditions {
    /// The version of lockbench.
    pub lockbench: &'static str,
    /// The command that measures the same again, without a password.
    pub command: String,
    /// On which database.
    pub database: Description,
    /// On which machine this program ran.
    pub machine: Machine,
    /// How often an interval covers the true value.
    pub confidence: f64,
    /// How narrow the interval of each ratio was to become: half its width as a share of the ratio.
    pub precision: f64,
    /// After how many seconds all of it was to end, within one round.
    pub max_time_s: f64,
}

/// Candidates under the same work: one compare, or one point of a sweep.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Comparison {
    /// How hard; the seed is that of the first round, which each further round raises by one.
    pub load: Load,
    /// Rounds finished.
    pub rounds: u32,
    /// Whether there are rounds enough for an interval, and whether it was to go on.
    pub completeness: Completeness,
    /// Whether every interval became as narrow as was asked for.
    pub precise: bool,
    /// The label of the one that the others are measured by.
    pub reference: Option<String>,
    /// How naive fared under the same load; `null` where it was not tried.
    pub control: Option<ControlTally>,
    /// What the rightness of those that are ranked rests on: `safe` where the control broke,
    /// `inconclusive` where it did not, and their promise alone speaks for them; and where it is
    /// not complete.
    pub verdict: Verdict,
    /// Why it is inconclusive.
    pub reason: Option<String>,
    /// Those that were right, the fastest first.
    pub ranked: Vec<Standing>,
    /// Those that were wrong, or of which it cannot be said.
    pub unranked: Vec<Standing>,
    /// Those that cannot be run on this database.
    pub refused: Vec<Refused>,
}

/// Whether a comparison has what it takes for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Completeness {
    /// It has.
    Complete,
    /// So few rounds fitted into the time that nothing can be told apart.
    TooFewRounds,
    /// It was ended early from outside.
    Interrupted,
}

/// How the control fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ControlTally {
    /// Always `naive`.
    pub strategy: &'static str,
    /// Rounds in which it ran: it drops out once it has broken.
    pub rounds: u32,
    /// Rounds in which it broke.
    pub broken_rounds: u32,
    /// What was wrong with it.
    pub violations: crate::run::audit::Violations,
}

/// One that cannot be run on this database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Refused {
    /// The name it goes by.
    pub label: String,
    /// Why.
    pub reason: String,
}

impl Conditions {
    pub(crate) fn new(request: &CompareRequest, database: Description) -> Self {
        Self {
            lockbench: env!("CARGO_PKG_VERSION"),
            command: request.command.clone(),
            database,
            machine: Machine::this(),
            confidence: CONFIDENCE,
            precision: request.precision,
            max_time_s: request.max_time.as_secs_f64(),
        }
    }
}

impl Completeness {
    /// What so many rounds amount to.
    pub(super) fn of(rounds: u32, interrupted: bool) -> Self {
        match interrupted {
            true => Self::Interrupted,
            false if (rounds as usize) < LEAST => Self::TooFewRounds,
            false => Self::Complete,
        }
    }

    /// Why there can be no verdict after so many rounds; `None` where there can.
    pub(super) fn doubt(self, rounds: u32) -> Option<String> {
        let finished = match rounds {
            0 => "no round was finished".to_owned(),
            1 => "1 round was finished".to_owned(),
            _ => format!("{rounds} rounds were finished"),
        };
        match self {
            Self::Complete => None,
            Self::TooFewRounds => Some(format!(
                "{finished} in the time available, and it takes {LEAST} to tell one strategy from another"
            )),
            Self::Interrupted => Some(format!("it was interrupted, and {finished}")),
        }
    }
}

impl Comparison {
    /// All that were run, those that are ranked first.
    pub fn standings(&self) -> impl Iterator<Item = &Standing> {
        self.ranked.iter().chain(&self.unranked)
    }

    /// Whether one that promises to be safe was not.
    pub fn is_promise_broken(&self) -> bool {
        self.unranked.iter().any(|standing| {
            standing.violations.any() && standing.promise.is_some_and(|promise| promise.is_sound())
        })
    }

    /// The exit code, but for an interruption and a baseline.
    pub(crate) fn exit(&self) -> Exit {
        if self.is_promise_broken() {
            Exit::Broken
        } else if self.ranked.is_empty() || self.verdict == Verdict::Inconclusive {
            Exit::Inconclusive
        } else {
            Exit::Held
        }
    }
}

impl CompareResult {
    /// The exit code: what is wrong comes before what is slow.
    pub fn exit(&self) -> Exit {
        let judgement = self.baseline.as_ref();
        let slower = judgement.is_some_and(super::Judgement::is_slower);
        let unknown = judgement.is_some_and(super::Judgement::is_inconclusive);
        match self.comparison.exit() {
            Exit::Broken => Exit::Broken,
            _ if self.interrupted => Exit::Interrupted,
            _ if slower => Exit::Slower,
            _ if unknown => Exit::Inconclusive,
            exit => exit,
        }
    }
}
