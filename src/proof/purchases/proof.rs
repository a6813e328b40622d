use std::sync::atomic::AtomicBool;

use serde::Serialize;

use super::{Purchases, ShopState, exploration};
use crate::db::Database;
use crate::explore::{Explored, Inside, Pruning, Token};
use crate::model::candidate::Candidate;
use crate::model::scenario::Scenario;
use crate::model::verdict::Verdict;

/// More schedules than two buyers have under any plan that has been met; what has more is cut
/// off there, and says so.
const MOST_SCHEDULES: u64 = 20_000;

/// What every schedule of two buyers shows of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Proof {
    /// Schedules run.
    pub schedules: u64,
    /// Schedules with anything wrong.
    #[serde(rename = "unsafe")]
    pub broken: u64,
    /// Schedules with a deadlock.
    pub deadlocked: u64,
    /// Schedules in which a buyer was turned away while enough remained.
    pub false_sold_out: u64,
    /// Schedules in which a buyer gave up whom trying again would have served.
    pub gave_up: u64,
    /// Schedules in which an error ended a buyer's order.
    pub failed: u64,
    /// Schedules in which a buyer used up its attempts.
    pub cut: u64,
    /// Whether the schedules show whatever the buyers can do to each other: each had statements of
    /// the other's between its own, and sent none that does several things at once, as the call
    /// of a procedure does. Where that is not so, the load alone has to show it.
    pub overlapped: bool,
    /// What it amounts to.
    pub verdict: Verdict,
    /// Why it is inconclusive.
    pub reason: Option<String>,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
    /// The shortest schedule with anything wrong, for `lockbench explore --replay`.
    pub replay: Option<Token>,
}

impl Proof {
    /// Runs every schedule of two buyers in that story who want one unit each, with so many in stock.
    /// The tables must have been made. An exploration that cannot say what is true proves nothing.
    pub fn of(
        database: &Database,
        candidate: &Candidate,
        scenario: Scenario,
        stock: i64,
        stop: &'static AtomicBool,
    ) -> Self {
        let wanted = Purchases {
            candidate: candidate.clone(),
            scenario,
            sessions: 2,
            stock,
            quantity: 1,
            max_attempts: 4,
            inside: Inside::Off,
        };
        let explored = exploration(database, &wanted)
            .pruning(Pruning::Retries)
            .at_most(MOST_SCHEDULES)
            .stop(stop)
            .explore();
        match explored {
            Ok(explored) => Self::from(explored),
            Err(error) => Self::nothing(error.to_string()),
        }
    }

    /// No proof, and why.
    fn nothing(reason: String) -> Self {
        Self {
            schedules: 0,
            broken: 0,
            deadlocked: 0,
            false_sold_out: 0,
            gave_up: 0,
            failed: 0,
            cut: 0,
            overlapped: true,
            verdict: Verdict::Inconclusive,
            reason: Some(reason),
            elapsed_s: 0.0,
            replay: None,
        }
    }
}

impl From<Explored<ShopState>> for Proof {
    fn from(explored: Explored<ShopState>) -> Self {
        let verdict = explored.verdict();
        Self {
            schedules: explored.schedules,
            broken: explored.broken,
            deadlocked: explored.deadlocked,
            false_sold_out: explored.marked("false_sold_out"),
            gave_up: explored.marked("gave_up"),
            failed: explored.marked("failed"),
            cut: explored.cut,
            overlapped: explored.overlapped && explored.instants.is_empty(),
            verdict,
            reason: match verdict {
                Verdict::Inconclusive if explored.cut > 0 => Some(format!(
                    "in {} of {} schedules a buyer used up its attempts",
                    explored.cut, explored.schedules
                )),
                Verdict::Inconclusive => explored.reason(),
                Verdict::Safe | Verdict::Unsafe => None,
            },
            elapsed_s: explored.elapsed.as_secs_f64(),
            replay: explored.witness.map(|witness| witness.replay),
        }
    }
}
