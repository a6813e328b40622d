//! What came of a race, in the shape of its JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::anomaly::Anomaly;
use super::cure_result::TriedCure;
use super::difference::Difference;
use super::orders::count;
use crate::explore::{Coverage, Extent, History, Token};
use crate::model::verdict::Verdict;
use crate::system::exit::Exit;

/// The name and version of the JSON. The number changes when a key is removed or changes its
/// meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.race/1";

/// All that is known of a race.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct RaceResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The command of each session.
    pub sessions: Vec<String>,
    /// The server's name and version.
    pub server: String,
    /// The isolation level that was set for all sessions; `null` where none was.
    pub isolation: Option<String>,
    /// Whether every statement was a step, and not only those that can matter to others.
    pub every_statement: bool,
    /// Which statements were stopped inside, too: `readers`, `all` or `off`.
    pub inside: &'static str,
    /// What was gone through.
    pub coverage: Coverage,
    /// How much of all schedules that is.
    pub extent: Extent,
    /// Whether it ended at the first schedule that is not right, before all were run.
    pub stopped_at_first: bool,
    /// Schedules run.
    pub schedules: u64,
    /// Branches that were not followed, because they are equivalent to others that were.
    pub pruned: u64,
    /// Schedules that are not right: no order of the sessions, one after the other, leaves the
    /// same; or an invariant is broken; or a session ended as it must not.
    #[serde(rename = "unsafe")]
    pub broken: u64,
    /// Runs that are not counted as schedules and were not right.
    pub unsafe_repetitions: u64,
    /// Schedules in which a session failed.
    pub failed: u64,
    /// Those of them by how the database refused the session: SQLSTATE, MariaDB's number, or
    /// `other`.
    pub refused: BTreeMap<&'static str, u64>,
    /// Schedules in which a session waited for another.
    pub waited: u64,
    /// Schedules in which a session did nothing until another had gone on, and did not wait in the
    /// database: for a lock in the program, say.
    pub waited_in_code: u64,
    /// Schedules with a deadlock.
    pub deadlocked: u64,
    /// Schedules that were longer than allowed.
    pub cut: u64,
    /// Runs that were repeated, because the one before had not gone as it should.
    pub repetitions: u64,
    /// What it amounts to.
    pub verdict: Verdict,
    /// Why the verdict is inconclusive.
    pub reason: Option<String>,
    /// How the sessions end, and what they leave, one after the other.
    pub one_after_the_other: Vec<SerialOrder>,
    /// The distinct final states.
    pub final_states: Vec<FinalState>,
    /// The shortest schedule that is not right; `null` where there is none.
    pub witness: Option<Witness>,
    /// Changes that were tried with `--cure`, the cheapest that is right first; `null` where none was
    /// asked for, or nothing is wrong.
    pub cures: Option<Vec<TriedCure>>,
    /// Columns that were left out of the comparison, and why.
    pub left_out: BTreeMap<String, &'static str>,
    /// Whether sessions waited for locks, and none for as long as a time limit of its own allows.
    pub timeouts_unreached: bool,
    /// Whether it was ended early from outside.
    pub interrupted: bool,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
    /// What was covered, in words.
    #[serde(skip)]
    pub covered: String,
    /// What was run again, in words.
    #[serde(skip)]
    pub strays: Option<String>,
    /// The command that gives this result, without a password, format and file.
    #[serde(skip)]
    pub command: String,
    /// The same without what decides which schedules are run.
    #[serde(skip)]
    pub command_for_replay: String,
}

/// An order of the sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SerialOrder {
    /// The sessions, from 1.
    pub order: Vec<usize>,
    /// How each ended, in this order.
    pub endings: Vec<String>,
    /// What they left, in words.
    pub state: String,
}

/// A final state, and how many schedules ended in it.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct FinalState {
    /// In words, with how each session ended.
    pub state: String,
    /// What is wrong, in a sentence.
    pub wrong: Option<String>,
    /// How many schedules.
    pub count: u64,
}

/// A schedule that is not right.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Witness {
    /// What happened.
    #[serde(flatten)]
    pub history: History,
    /// In what it differs from what it would be one after the other.
    pub differences: Vec<Difference>,
    /// Which statements make it go wrong, and what that is called; `null` where their texts do not
    /// tell.
    pub anomaly: Option<Anomaly>,
    /// Whether it went wrong again when it was run once more.
    pub repeats: bool,
}

/// A single schedule, as `--replay` runs it.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ReplayedRace {
    /// [`REPLAY_SCHEMA`].
    pub schema: &'static str,
    /// The command of each session.
    pub sessions: Vec<String>,
    /// The server's name and version.
    pub server: String,
    /// The schedule that was asked for.
    pub asked: Token,
    /// What happened.
    #[serde(flatten)]
    pub history: History,
    /// In what it differs from what it would be one after the other.
    pub differences: Vec<Difference>,
    /// Which statements make it go wrong, and what that is called; `null` where their texts do not
    /// tell, or nothing is wrong.
    pub anomaly: Option<Anomaly>,
    /// Why it is not known whether it is right, where it is not.
    pub undecided: Option<String>,
    /// The command that gives this result, without a password, format and file.
    #[serde(skip)]
    pub command: String,
}

/// The name and version of the JSON of a replay.
pub const REPLAY_SCHEMA: &str = "lockbench.race-replay/1";

impl RaceResult {
    /// How many orders of the sessions there are, one after the other.
    pub fn serial_orders(&self) -> u64 {
        count(self.sessions.len())
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self.verdict {
            Verdict::Unsafe => Exit::Broken,
            _ if self.interrupted => Exit::Interrupted,
            Verdict::Inconclusive => Exit::Inconclusive,
            Verdict::Safe => Exit::Held,
        }
    }
}

impl ReplayedRace {
    /// The exit code: a schedule that is not right is broken.
    pub fn exit(&self) -> Exit {
        match self.history.broken {
            Some(_) => Exit::Broken,
            None if self.undecided.is_some() => Exit::Inconclusive,
            None => Exit::Held,
        }
    }
}
