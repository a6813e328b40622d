//! The result of exploring purchases, in the shape of its JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{FactsByState, Purchases, ReplayResult};
use crate::contender::Contender;
use crate::db::Description;
use crate::exit::Exit;
use crate::explore::{Coverage, Explored, History, Step, Token};
use crate::scenario::Scenario;
use crate::strategy::Promise;
use crate::verdict::Verdict;

/// The name and version of the JSON of an exploration. The number changes when a key is removed
/// or changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.explore/1";

/// All that is known of an exploration.
#[derive(Clone, Debug, Serialize)]
pub struct ExploreResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What was put to the test.
    pub strategy: Contender,
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
    /// Whether of several equivalent schedules only one was run.
    pub pruning: bool,
    /// Schedules run.
    pub schedules: u64,
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
    /// What was covered, in words.
    #[serde(skip)]
    pub covered: String,
    /// The `--database` that it was run with, without a password.
    #[serde(skip)]
    pub database_argument: String,
    /// The command that gives this result, without a password, format and file.
    #[serde(skip)]
    pub command: String,
}

/// A final state, and how many schedules ended in it.
#[derive(Clone, Debug, Serialize)]
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

/// A schedule.
#[derive(Clone, Debug, Serialize)]
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
    pub history: History,
}

/// A step, with the stock as a number.
#[derive(Clone, Debug, Serialize)]
pub struct StepResult {
    #[serde(flatten)]
    step: Step,
    /// Units left after the step, as anybody else would see them.
    stock_after: Option<i64>,
}

impl From<History> for HistoryResult {
    fn from(history: History) -> Self {
        let stock = |step: &Step| step.state_after.as_ref()?.rsplit(' ').next()?.parse().ok();
        Self {
            replay: history.replay.clone(),
            steps: history
                .steps
                .iter()
                .map(|step| StepResult {
                    stock_after: stock(step),
                    step: step.clone(),
                })
                .collect(),
            endings: history.endings.clone(),
            state: history.state.clone(),
            wrong: history.broken.clone(),
            fell_back: history.fell_back.clone(),
            history,
        }
    }
}

impl ExploreResult {
    /// What `explored` amounts to.
    pub fn new(
        wanted: &Purchases,
        database: Description,
        explored: Explored,
        facts: &FactsByState,
        database_argument: String,
    ) -> Self {
        let promise = wanted.promise(database.engine());
        let (verdict, reason) = judged(&explored, promise);
        let facts = facts.borrow();
        let final_states = explored
            .final_states
            .iter()
            .map(|found| {
                let facts = facts.get(&found.state);
                FinalStateResult {
                    sold: facts.map_or(0, |facts| facts.sold),
                    stock: facts.map_or(0, |facts| facts.stock),
                    state: found.state.clone(),
                    wrong: found.broken.clone(),
                    count: found.count,
                }
            })
            .collect();
        Self {
            schema: SCHEMA,
            strategy: wanted.contender.clone(),
            scenario: wanted.scenario,
            database,
            sessions: wanted.sessions,
            stock: wanted.stock,
            quantity: wanted.quantity,
            max_attempts: wanted.max_attempts,
            coverage: explored.coverage,
            pruning: explored.pruning,
            schedules: explored.schedules,
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
        match (self.verdict, self.promise) {
            _ if self.interrupted => Exit::Interrupted,
            (Verdict::Unsafe, Some(promise)) if promise.is_sound() => Exit::Broken,
            (Verdict::Safe | Verdict::Unsafe, _) => Exit::Held,
            (Verdict::Inconclusive, _) => Exit::Inconclusive,
        }
    }
}

/// The verdict, and why where it is inconclusive.
fn judged(explored: &Explored, promise: Option<Promise>) -> (Verdict, Option<String>) {
    let verdict = explored.verdict();
    let reason = match verdict {
        Verdict::Unsafe => None,
        _ if explored.interrupted => Some("it was interrupted".to_owned()),
        Verdict::Inconclusive if explored.cut > 0 => Some(format!(
            "in {} of {} schedules a buyer used up its attempts: use a higher --max-attempts",
            explored.cut, explored.schedules
        )),
        Verdict::Inconclusive => Some(format!("only {} was run", explored.coverage)),
        Verdict::Safe if promise == Some(Promise::Unsafe) => Some(
            "this is known to be unsafe, and these buyers cannot show it: use another --stock, or more --sessions"
                .to_owned(),
        ),
        Verdict::Safe => None,
    };
    match reason {
        Some(reason) => (Verdict::Inconclusive, Some(reason)),
        None => (verdict, None),
    }
}
