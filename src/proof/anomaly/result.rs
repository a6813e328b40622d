//! What a survey is of, and what it found, in the shape of its JSON.

use std::time::Duration;

use serde::Serialize;

use super::{Anomaly, Outcome};
use crate::db::{Description, Level};
use crate::explore::History;
use crate::system::exit::Exit;

/// The name and version of the JSON.
pub const SCHEMA: &str = "lockbench.anomalies/1";

/// Which scripts are run at which levels.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Which anomalies.
    pub anomalies: Vec<&'static Anomaly>,
    /// At which levels.
    pub levels: Vec<Level>,
    /// How long nothing may move in a script before it is given up.
    pub patience: Duration,
}

/// What a survey found.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct AnomaliesResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// On which database.
    pub database: Description,
    /// The levels, the weakest first.
    pub levels: Vec<String>,
    /// What a reader has to know of the levels, a sentence each.
    pub notes: Vec<String>,
    /// The outcome of each anomaly at each level.
    pub results: Vec<Finding>,
    /// Whether it was ended by Ctrl-C before all were run.
    pub interrupted: bool,
    /// How long it took.
    pub elapsed_s: f64,
}

/// The outcome of one anomaly at one level.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Finding {
    /// The letters of the anomaly.
    pub letter: &'static str,
    /// Its name.
    pub anomaly: &'static str,
    /// What it is, in a few words.
    pub short: &'static str,
    /// What it is.
    pub what: &'static str,
    /// What shows that it happened.
    pub sign: &'static str,
    /// The level.
    pub level: String,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What happened, step by step; `None` where the script could not be driven to its end.
    pub history: Option<History>,
}

impl AnomaliesResult {
    pub(super) fn new(
        database: Description,
        survey: &Survey,
        results: Vec<Finding>,
        interrupted: bool,
        elapsed: Duration,
    ) -> Self {
        Self {
            schema: SCHEMA,
            notes: Level::notes(&database),
            database,
            levels: survey.levels.iter().map(ToString::to_string).collect(),
            results,
            interrupted,
            elapsed_s: elapsed.as_secs_f64(),
        }
    }

    /// The outcome of an anomaly at a level, by their names.
    pub fn finding(&self, anomaly: &str, level: &str) -> Option<&Finding> {
        let mut results = self.results.iter();
        results.find(|one| one.anomaly == anomaly && one.level == level)
    }

    /// How it ended, as a shell sees it.
    pub fn exit(&self) -> Exit {
        let in_doubt = |one: &Finding| matches!(one.outcome, Outcome::Inconclusive { .. });
        if self.interrupted {
            Exit::Interrupted
        } else if self.results.iter().any(in_doubt) {
            Exit::Inconclusive
        } else {
            Exit::Held
        }
    }
}

impl Finding {
    pub(super) fn new(
        anomaly: &'static Anomaly,
        level: Level,
        outcome: Outcome,
        history: Option<History>,
    ) -> Self {
        let happened = outcome == Outcome::Occurs;
        Self {
            letter: anomaly.letter,
            anomaly: anomaly.name,
            short: anomaly.short,
            what: anomaly.what,
            sign: anomaly.sign,
            level: level.to_string(),
            outcome,
            history: history.map(|history| History {
                broken: happened.then(|| anomaly.sign.to_owned()),
                ..history
            }),
        }
    }
}
