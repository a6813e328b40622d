//! How a compare fares against an earlier one, in the shape of its JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::standing::speed;
use super::{ComparedCandidate, Round, Standing};
use crate::compare::statistics::{Estimate, ratio};
use crate::model::load::Load;
use crate::model::strategy::Plan;

/// How a compare fares against an earlier one.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Judgement {
    /// Where the earlier one was read from.
    pub baseline: String,
    /// By how much one may be slower before it counts, as a share.
    pub tolerance: f64,
    /// What differs between the two machines, and may not matter; `null` where nothing does.
    pub other_machine: Option<String>,
    /// What differs and is not held against it, in a sentence each.
    pub notes: Vec<String>,
    /// Each that was ranked then.
    pub judged: Vec<Judged>,
}

/// How one candidate fares against itself.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Judged {
    /// Its label.
    pub label: String,
    /// Its goodput now as a multiple of that of then; `null` where it is not ranked now.
    pub ratio: Option<Estimate>,
    /// Whether it is slower by more than the tolerance, its interval included.
    pub slower: bool,
    /// The same in a word, which also says where it is not known.
    pub verdict: Verdict,
}

/// One that was ranked in the earlier compare: a part of its JSON.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Then {
    pub(super) label: String,
    pub(super) strategy: Plan,
    pub(super) hold_us: u64,
    pub(super) rounds: Vec<RoundThen>,
}

/// One round of it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct RoundThen {
    goodput_per_s: f64,
    pub(super) elapsed_s: f64,
}

impl Then {
    pub(super) fn speeds(&self) -> Vec<f64> {
        let rounds = self.rounds.iter();
        rounds
            .map(|round| speed(round.goodput_per_s, round.elapsed_s))
            .collect()
    }

    /// Whether it is the same as what is compared now.
    pub(super) fn is(&self, compared: &ComparedCandidate, load: &Load) -> bool {
        let hold = compared.load(load).hold.as_micros();
        compared.candidate.plan == self.strategy && hold == u128::from(self.hold_us)
    }
}

/// How one fares against what the tolerance allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All of the interval lies below what is allowed.
    Slower,
    /// All of it lies above.
    Within,
    /// What is allowed lies within it, or there is none: nothing can be said.
    Unknown,
}

impl Verdict {
    /// What a ratio to the baseline amounts to.
    pub fn of(ratio: Option<Estimate>, tolerance: f64) -> Self {
        let allowed = 1.0 - tolerance;
        match ratio.map(|ratio| (ratio.low, ratio.high)) {
            Some((_, Some(high))) if high < allowed => Self::Slower,
            Some((Some(low), _)) if low >= allowed => Self::Within,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slower => "slower",
            Self::Within => "within",
            Self::Unknown => "not known",
        })
    }
}

impl Judgement {
    /// Holds those that are ranked now against those that were then.
    pub(super) fn of(
        ranked: &[Standing],
        then: &[Then],
        baseline: String,
        tolerance: f64,
        other_machine: Option<String>,
        notes: Vec<String>,
    ) -> Self {
        let judged = then.iter().map(|then| {
            let now = ranked.iter().find(|standing| standing.label == then.label);
            let ratio = now.and_then(|now| {
                let speeds: Vec<f64> = now.rounds.iter().map(Round::speed).collect();
                ratio(&then.speeds(), &speeds)
            });
            let verdict = Verdict::of(ratio, tolerance);
            Judged {
                label: then.label.clone(),
                ratio,
                slower: verdict == Verdict::Slower,
                verdict,
            }
        });
        Self {
            judged: judged.collect(),
            baseline,
            tolerance,
            other_machine,
            notes,
        }
    }

    /// Whether any is slower than it may be.
    pub fn is_slower(&self) -> bool {
        self.any(Verdict::Slower)
    }

    /// Whether of any it is not known whether it is.
    pub fn is_inconclusive(&self) -> bool {
        self.any(Verdict::Unknown)
    }

    fn any(&self, verdict: Verdict) -> bool {
        self.judged.iter().any(|judged| judged.verdict == verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_that_holds_what_is_allowed_says_nothing() {
        let between = |low: f64, high: f64| {
            let ratio = Estimate {
                value: f64::midpoint(low, high),
                low: Some(low),
                high: Some(high),
            };
            Verdict::of(Some(ratio), 0.1)
        };
        assert_eq!(between(0.82, 2.5), Verdict::Unknown);
        assert_eq!(between(0.5, 0.89), Verdict::Slower);
        assert_eq!(between(0.9, 1.2), Verdict::Within);
        assert_eq!(between(0.85, 0.95), Verdict::Unknown);
        let without = Estimate {
            value: 1.0,
            low: None,
            high: None,
        };
        assert_eq!(Verdict::of(Some(without), 0.1), Verdict::Unknown);
        assert_eq!(Verdict::of(None, 0.1), Verdict::Unknown);
    }
}
