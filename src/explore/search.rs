//! Which session goes on: where a schedule is decided, and the ways to decide it.

mod depth_first;
mod random;
mod replay;
mod script;

use super::Statement;
use super::transaction::Access;

pub(super) use depth_first::DepthFirst;
pub(super) use random::Random;
pub(super) use replay::Replay;
pub(super) use script::Script;

/// A moment at which everything has come to rest and a session has to be chosen.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// The sessions that can go on, by number, and with what.
    pub(super) enabled: Vec<Candidate>,
    /// The session that went on last.
    pub(super) last: Option<usize>,
}

/// A session that can go on.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Counted from 0.
    pub(super) session: usize,
    pub(super) statement: Statement,
    pub(super) access: Access,
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
    fn choose(&mut self, point: &Point) -> Choice;

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
    fn difference(&self) -> Option<&str> {
        None
    }

    /// Branches that were not followed because they are equivalent to others.
    fn pruned(&self) -> u64 {
        0
    }
}

impl Point {
    /// The session that went on last, if it can go on.
    fn current(&self) -> Option<usize> {
        let last = self.last?;
        self.enabled
            .iter()
            .any(|one| one.session == last)
            .then_some(last)
    }
}
