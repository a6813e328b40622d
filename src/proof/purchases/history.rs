//! A schedule of purchases step by step, in the shape of its JSON.

use serde::Serialize;

use super::ShopState;
use crate::explore::{History, Step, Token};

/// A schedule.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct HistoryResult {
    /// The token that replays it.
    pub replay: Token,
    /// Step by step.
    pub steps: Vec<StepResult>,
    /// What each buyer was told.
    pub endings: Vec<String>,
    /// The final state in words.
    pub state: String,
    /// What is wrong, in a sentence.
    pub wrong: Option<String>,
    /// The steps at which a replay could not do as it was told.
    pub fell_back: Vec<usize>,
    /// The same as the explorer has it.
    #[serde(skip)]
    pub history: History<ShopState>,
}

/// A step, with the stock as a number.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct StepResult {
    #[serde(flatten)]
    step: Step,
    /// Units left after the step, as anybody else would see them.
    stock_after: Option<i64>,
}

impl From<History<ShopState>> for HistoryResult {
    fn from(history: History<ShopState>) -> Self {
        let states = history.states.iter().chain(std::iter::repeat(&None));
        Self {
            replay: history.replay.clone(),
            steps: history
                .steps
                .iter()
                .zip(states)
                .map(|(step, state)| StepResult {
                    stock_after: state.as_ref().map(|state| state.stock),
                    step: step.clone(),
                })
                .collect(),
            endings: history.endings.clone(),
            state: history.state.to_string(),
            wrong: history.broken.clone(),
            fell_back: history.fell_back.clone(),
            history,
        }
    }
}
