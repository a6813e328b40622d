//! Which session goes on: where a schedule is decided, and the ways to decide it.

mod depth_first;
mod descent;
mod difference;
mod leaf_count;
mod random;
mod replay;
mod script;

use super::Statement;
use super::access::Access;

pub(super) use depth_first::DepthFirst;
pub(super) use descent::Descent;
pub(super) use random::Random;
pub(super) use replay::Replay;
pub(super) use script::Script;
pub use script::Turn;

/// A moment at which everything has come to rest and a session has to be chosen.
#[derive(Clone, Debug)]
pub(super) struct DecisionPoint {
    /// The sessions that can go on, by number, and with what.
    pub(super) enabled: Vec<Candidate>,
    /// The session that went on last.
    pub(super) last: Option<usize>,
    /// The sessions that have ended, by number, and how their last statement was refused.
    pub(super) ended: Vec<(usize, Option<String>)>,
}

/// In what a schedule differs from what was recorded of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) words: String,
    /// Whether a session did something else although the database had answered it the same.
    pub(super) by_session: bool,
}

/// A session that can go on.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Counted from 0.
    pub(super) session: usize,
    pub(super) statement: Statement,
    /// What tells the statement from another where a schedule is repeated.
    pub(super) identity: String,
    pub(super) access: Access,
    /// How its last statement was refused.
    pub(super) refusal: Option<String>,
}

/// What is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// This session goes on.
    Go(usize),
    /// Whatever follows has been seen in another order: run it to its end and forget it.
    Forget,
}

/// A way through the schedules.
pub(super) trait Search {
    /// Chooses at the next point of the present schedule.
    fn choose(&mut self, point: &DecisionPoint) -> Choice;

    /// How many more times in a row the session that was just chosen is sure to be chosen again,
    /// as long as it can go on, and whatever the others could do they can still do.
    fn goes_on(&self, _session: usize) -> usize {
        0
    }

    /// Goes back to the beginning of the present schedule.
    fn rewind(&mut self);

    /// Goes on to the next schedule; `false` when there is none.
    fn advance(&mut self) -> bool;

    /// How the present schedule differs from what was recorded of it, if it does.
    fn difference(&self) -> Option<&Difference> {
        None
    }

    /// How likely it is that a schedule, chosen by a fair chance at every step, is one of those that
    /// were gone through.
    fn likelihood(&self) -> f64 {
        0.0
    }

    /// How many different schedules were gone through, where some may have come again.
    fn distinct(&self) -> Option<u64> {
        None
    }

    /// How many there are, about, where that can be told.
    fn estimated(&self) -> Option<f64> {
        None
    }

    /// Branches that were not followed because they are equivalent to others.
    fn pruned(&self) -> u64 {
        0
    }
}

/// What stands in the place of the statement of a session that waits, and may give up.
pub(super) const GIVES_UP: &str = "-- gives up waiting";

impl Candidate {
    /// Whether it waits, and goes on by giving up.
    pub(super) fn gives_up(&self) -> bool {
        self.statement.sql == GIVES_UP
    }
}

impl DecisionPoint {
    /// The session that went on last, if it can go on.
    fn current(&self) -> Option<usize> {
        let last = self.last?;
        self.stopped()
            .any(|one| one.session == last)
            .then_some(last)
    }

    /// Those who do not wait.
    pub(super) fn stopped(&self) -> impl Iterator<Item = &Candidate> {
        self.enabled.iter().filter(|one| !one.gives_up())
    }
}
