//! How a compare fares against an earlier one, in the shape of its JSON.

use serde::Serialize;

use super::baseline::Then;
use super::{Round, Standing};
use crate::statistics::{Estimate, ratio};

/// How a compare fares against an earlier one.
#[derive(Clone, Debug, Serialize)]
pub struct Judgement {
    /// Where the earlier one was read from.
    pub baseline: String,
    /// By how much one may be slower before it counts, as a share.
    pub tolerance: f64,
    /// What differs between the two machines; `null` where nothing does.
    pub other_machine: Option<String>,
    /// Each that was ranked then.
    pub judged: Vec<Judged>,
}

/// How one entrant fares against itself.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// Its label.
    pub label: String,
    /// Its goodput now as a multiple of that of then; `null` where it is not ranked now.
    pub ratio: Option<Estimate>,
    /// Whether it is slower by more than the tolerance, its interval included.
    pub slower: bool,
}

impl Judgement {
    /// Holds those that are ranked now against those that were then.
    pub(super) fn of(
        ranked: &[Standing],
        then: &[Then],
        baseline: String,
        tolerance: f64,
        other_machine: Option<String>,
    ) -> Self {
        let judged = then.iter().map(|then| {
            let now = ranked.iter().find(|standing| standing.label == then.label);
            let ratio = now.and_then(|now| {
                let speeds: Vec<f64> = now.rounds.iter().map(Round::speed).collect();
                ratio(&then.speeds(), &speeds)
            });
            Judged {
                label: then.label.clone(),
                ratio,
                slower: ratio
                    .and_then(|ratio| ratio.high)
                    .is_some_and(|high| high < 1.0 - tolerance),
            }
        });
        Self {
            judged: judged.collect(),
            baseline,
            tolerance,
            other_machine,
        }
    }

    /// Whether any is slower than it may be.
    pub fn is_slower(&self) -> bool {
        self.judged.iter().any(|judged| judged.slower)
    }
}
