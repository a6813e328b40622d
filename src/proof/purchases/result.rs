//! The result of exploring purchases, in the shape of its JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{HistoryResult, Purchases, ReplayResult, ShopState};
use crate::db::Description;
use crate::explore::{Coverage, Explored, Extent, Inside};
use crate::model::candidate::Candidate;
use crate::model::scenario::Scenario;
use crate::model::strategy::{Dispatch, Promise};
use crate::model::verdict::Verdict;
use crate::system::exit::Exit;

/// The name and version of the JSON of an exploration. The number changes when a key is removed
/// or changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.explore/1";

/// All that is known of an exploration.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ExploreResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What was put to the test.
    pub strategy: Candidate,
    /// In which story.
    pub scenario: Scenario,
    /// On which database.
    pub database: Description,
    /// How many buyers.
    pub sessions: usize,
    /// Units at the start.
    pub stock: i64,
    /// Units that each buyer wants.
    pub quantity: i64,
    /// Attempts of a buyer.
    pub max_attempts: u32,
    /// What was gone through.
    pub coverage: Coverage,
    /// How much of all schedules that is.
    pub extent: Extent,
    /// Whether it ended at the first schedule with anything wrong, before all were run.
    pub stopped_at_first: bool,
    /// Whether of several equivalent schedules only one was run.
    pub pruning: bool,
    /// Schedules run.
    pub schedules: u64,
    /// Runs that came to their end and were looked at: those of the schedules, of others that are
    /// equivalent to one, and repetitions.
    pub runs: u64,
    /// Repetitions, because the run before had not gone as it should.
    pub repetitions: u64,
    /// Those of them in which the same choices had led somewhere else.
    pub divergences: u64,
    /// Runs that are not counted as schedules and had anything wrong.
    pub unsafe_repetitions: u64,
    /// Branches left out because they are equivalent to others.
    pub pruned: u64,
    /// Schedules in which a buyer used up its attempts, or that were longer than allowed.
    pub cut: u64,
    /// Schedules with anything wrong.
    #[serde(rename = "unsafe")]
    pub broken: u64,
    /// Schedules with a deadlock.
    pub deadlocked: u64,
    /// Schedules in which a buyer waited for another.
    pub waited: u64,
    /// Schedules in which a buyer was turned away while enough remained.
    pub false_sold_out: u64,
    /// Schedules by what was wrong with them: `oversold`, `lost_updates` and so on; also
    /// `gave_up` and `failed`.
    pub counts: BTreeMap<&'static str, u64>,
    /// The distinct final states.
    pub final_states: Vec<FinalStateResult>,
    /// The shortest schedule with anything wrong; `null` where there is none.
    pub witness: Option<HistoryResult>,
    /// Whether the witness went wrong again when it was run once more.
    pub witness_repeats: bool,
    /// Where nothing goes wrong, a schedule in which there is something to be seen: the shortest
    /// one in which a buyer waits, is refused or tries again. `null` where there is a witness.
    pub example: Option<HistoryResult>,
    /// The schedule that is shown, witness or example, under other strategies; left out where
    /// none were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<ReplayResult>,
    /// What it amounts to.
    pub verdict: Verdict,
    /// Why the verdict is inconclusive.
    pub reason: Option<String>,
    /// What was promised; `null` where nothing is.
    pub promise: Option<Promise>,
    /// Whether it was ended early from outside.
    pub interrupted: bool,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
    /// Which statements were stopped inside, too: `readers`, `all` or `off`.
    pub inside: &'static str,
    /// Whether statements that read first and write later were each taken for an instant.
    pub took_instants: bool,
    /// Whether buyers waited for locks, and none for as long as a time limit allows.
    pub timeouts_unreached: bool,
    /// What was covered, in words.
    #[serde(skip)]
    pub covered: String,
    /// Where others were let in, in words.
    #[serde(skip)]
    pub granularity: &'static str,
    /// What was run again, in words.
    #[serde(skip)]
    pub strays: Option<String>,
    /// The `--database` that it was run with, without a password.
    #[serde(skip)]
    pub database_argument: String,
    /// The command that gives this result, without a password, format and file.
    #[serde(skip)]
    pub command: String,
}

/// A final state, and how many schedules ended in it.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct FinalStateResult {
    /// Units sold, by the ledger.
    pub sold: i64,
    /// Units left, by the item.
    pub stock: i64,
    /// In words, with what the buyers were told.
    pub state: String,
    /// What is wrong, in a sentence.
    pub wrong: Option<String>,
    /// How many schedules.
    pub count: u64,
}

impl ExploreResult {
    /// What `explored` amounts to.
    pub fn new(
        wanted: &Purchases,
        database: Description,
        mut explored: Explored<ShopState>,
        database_argument: String,
    ) -> Self {
        if wanted.inside != Inside::Off && wanted.candidate.plan.dispatch == Dispatch::Procedure {
            // Our own procedure reads nothing any more once it has come to the first row.
            explored.instants.clear();
            explored.took_instants = false;
        }
        let promise = wanted.promise(database.engine());
        let (verdict, reason) = judged(&explored, promise);
        let final_states = explored
            .final_states
            .iter()
            .map(|found| {
                let state = found.state.state();
                let sales = state.and_then(|state| state.sales.as_ref());
                FinalStateResult {
                    sold: sales.map_or(0, |sales| sales.sold),
                    stock: state.map_or(0, |state| state.stock),
                    state: found.state.to_string(),
                    wrong: found.broken.clone(),
                    count: found.count,
                }
            })
            .collect();
        Self {
            schema: SCHEMA,
            strategy: wanted.candidate.clone(),
            scenario: wanted.scenario,
            database,
            sessions: wanted.sessions,
            stock: wanted.stock,
            quantity: wanted.quantity,
            max_attempts: wanted.max_attempts,
            coverage: explored.coverage,
            extent: explored.extent,
            stopped_at_first: explored.stopped_at_first,
            pruning: explored.pruning,
            schedules: explored.schedules,
            runs: explored.runs,
            repetitions: explored.repetitions,
            divergences: explored.divergences,
            unsafe_repetitions: explored.stray_broken,
            witness_repeats: explored.witness_repeats,
            timeouts_unreached: explored.timeouts_unreached,
            strays: explored.strays(),
            pruned: explored.pruned,
            cut: explored.cut,
            broken: explored.broken,
            deadlocked: explored.deadlocked,
            waited: explored.waited,
            false_sold_out: explored.marked("false_sold_out"),
            counts: explored.marks.iter().copied().collect(),
            final_states,
            verdict,
            reason,
            promise,
            interrupted: explored.interrupted,
            elapsed_s: explored.elapsed.as_secs_f64(),
            covered: explored.covered(),
            inside: explored.inside.name(),
            took_instants: explored.took_instants,
            granularity: explored.granularity(),
            database_argument,
            witness: explored.witness.map(HistoryResult::from),
            example: None,
            beside: Vec::new(),
            command: String::new(),
        }
    }

    /// The schedule that there is to show.
    pub fn shown(&self) -> Option<&HistoryResult> {
        self.witness.as_ref().or(self.example.as_ref())
    }

    /// The exit code, as that of a run: what is unsafe is only a failure where safety was
    /// promised.
    pub fn exit(&self) -> Exit {
        self.verdict.exit(self.promise, self.interrupted)
    }
}

/// The verdict, and why where it is inconclusive.
fn judged(explored: &Explored<ShopState>, promise: Option<Promise>) -> (Verdict, Option<String>) {
    let verdict = explored.verdict();
    let reason = match verdict {
        Verdict::Unsafe => None,
        _ if explored.interrupted => explored.reason(),
        Verdict::Inconclusive if explored.cut > 0 => Some(format!(
            "in {} of {} schedules a buyer used up its attempts: use a higher --max-attempts",
            explored.cut, explored.schedules
        )),
        Verdict::Inconclusive => explored.reason(),
        Verdict::Safe if promise == Some(Promise::Unsafe) => Some(
            "this is known to be unsafe, but these buyers cannot show it: use another --stock, or more --sessions"
                .to_owned(),
        ),
        Verdict::Safe => None,
    };
    match reason {
        Some(reason) => (Verdict::Inconclusive, Some(reason)),
        None => (verdict, None),
    }
}
