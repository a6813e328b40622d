//! How an order ended, and what it took.

use serde::{Deserialize, Serialize};

use crate::model::order::Basket;
use crate::purchase::Conflict;

/// How an order ended, as its buyer was told.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// There was not enough left.
    SoldOut,
    /// Somebody else had it, and it is left to them; only where it can be come back to.
    InUse,
    /// Every attempt met another buyer.
    GaveUp,
    /// An error that trying again would not mend.
    Failed,
    /// The connection died while the last word was being said, or the server did.
    Unknown,
}

impl Outcome {
    /// Every way to end.
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::SoldOut,
        Self::InUse,
        Self::GaveUp,
        Self::Failed,
        Self::Unknown,
    ];
}

/// What became of one basket, and how long that took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OrderResult {
    /// What was wanted.
    pub basket: Basket,
    /// How it ended.
    #[serde(rename = "ending")]
    pub outcome: Outcome,
    /// Attempts, the first one included.
    pub attempts: u32,
    /// What got into the way of those that failed.
    pub conflicts: Vec<Conflict>,
    /// The error that ended it.
    pub error: Option<String>,
    /// From when it came in to its end, in microseconds.
    pub latency_us: u64,
    /// The part of it that went by waiting for a connection, in microseconds.
    pub pool_wait_us: u64,
}

impl OrderResult {
    /// What became of a basket whose server died without a word.
    pub(crate) fn without_a_word(basket: Basket, outcome: Outcome) -> Self {
        Self {
            basket,
            outcome,
            attempts: u32::from(outcome == Outcome::Unknown),
            conflicts: Vec::new(),
            error: None,
            latency_us: 0,
            pool_wait_us: 0,
        }
    }
}
