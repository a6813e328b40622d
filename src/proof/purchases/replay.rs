//! A single schedule of purchases, in the shape of its JSON.

use serde::Serialize;

use super::{HistoryResult, Purchases, ShopState};
use crate::db::Description;
use crate::explore::{History, Token};
use crate::model::candidate::Candidate;

/// The name and version of the JSON of a replay.
pub const REPLAY_SCHEMA: &str = "lockbench.replay/1";

/// A single schedule of purchases.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ReplayResult {
    /// [`REPLAY_SCHEMA`].
    pub schema: &'static str,
    /// What was put to the test.
    pub strategy: Candidate,
    /// On which database.
    pub database: Description,
    /// How many buyers.
    pub sessions: usize,
    /// Units at the start.
    pub stock: i64,
    /// Units that each buyer wants.
    pub quantity: i64,
    /// The schedule that was asked for.
    pub asked: Token,
    /// What happened.
    #[serde(flatten)]
    pub history: HistoryResult,
    /// The same schedule under other strategies; left out where none were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<ReplayResult>,
    /// The command that gives this result, without a password, format and file.
    #[serde(skip)]
    pub command: String,
}

impl ReplayResult {
    /// What came of asking for `asked`.
    pub fn new(
        wanted: &Purchases,
        database: Description,
        asked: Token,
        history: History<ShopState>,
    ) -> Self {
        Self {
            schema: REPLAY_SCHEMA,
            strategy: wanted.candidate.clone(),
            database,
            sessions: wanted.sessions,
            stock: wanted.stock,
            quantity: wanted.quantity,
            asked,
            history: history.into(),
            beside: Vec::new(),
            command: String::new(),
        }
    }
}
