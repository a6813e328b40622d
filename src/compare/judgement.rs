//! How a compare fares against an earlier one, in the shape of its JSON.

use serde::Serialize;

use crate::statistics::Estimate;

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
    /// Whether any is slower than it may be.
    pub fn is_slower(&self) -> bool {
        self.judged.iter().any(|judged| judged.slower)
    }
}
