//! What an exploration has found.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::{History, Token};
use crate::verdict::Verdict;

/// What was gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every schedule, or one of each class of equivalent ones.
    Every,
    /// Every schedule in which so many times, at most, another session goes on although the
    /// one before could have.
    Preemptions(u32),
    /// So many schedules by chance.
    Random {
        /// How many.
        schedules: u64,
        /// What decided them.
        seed: u64,
    },
    /// Not even that: there were more than allowed, or it was interrupted.
    Part,
}

/// A final state, and in how many schedules it was the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FinalState {
    /// In words.
    pub state: String,
    /// What is wrong with it, in a sentence.
    pub broken: Option<String>,
    /// Whether all schedules that ended so were cut off by a bound.
    pub cut: bool,
    /// How many schedules ended so.
    pub count: u64,
}

/// What was noted of a final state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// The state in words: what tells it from others.
    pub state: String,
    /// What is wrong with it, in a sentence.
    pub broken: Option<String>,
    /// What the schedule is to be counted under, beside broken or not.
    pub marks: Vec<&'static str>,
    /// Whether a bound kept a session from ending in its own way.
    pub cut: bool,
}

/// What an exploration has found.
#[derive(Clone, Debug)]
pub struct Explored {
    /// How many sessions there were.
    pub sessions: usize,
    /// What was gone through.
    pub coverage: Coverage,
    /// Schedules run to their end.
    pub schedules: u64,
    /// Branches not followed, because they are equivalent to others that were.
    pub pruned: u64,
    /// Whether equivalent schedules were left out.
    pub pruning: bool,
    /// Schedules that a bound cut off, or in which it kept a session from going on.
    pub cut: u64,
    /// Schedules whose final state is broken.
    pub broken: u64,
    /// Schedules in which the database shot a session because of a deadlock.
    pub deadlocked: u64,
    /// Schedules in which a session had to wait for another.
    pub waited: u64,
    /// Schedules under each mark of the inspection.
    pub marks: Vec<(&'static str, u64)>,
    /// The distinct final states, the most frequent first.
    pub final_states: Vec<FinalState>,
    /// The shortest schedule that ends in a broken state: the fewest statements, then the
    /// fewest switches.
    pub witness: Option<History>,
    /// The schedule in which most is to be seen: the shortest one in which somebody waits, is
    /// refused or tries again.
    pub instructive: Option<Token>,
    /// Whether it was ended early from outside.
    pub interrupted: bool,
    /// How long it took.
    pub elapsed: Duration,
}

impl Explored {
    /// What it amounts to: without a broken state it is safe only if every schedule was run
    /// and none of them cut off.
    pub fn verdict(&self) -> Verdict {
        match self.coverage {
            _ if self.broken > 0 => Verdict::Unsafe,
            Coverage::Every if self.cut == 0 && self.schedules > 0 => Verdict::Safe,
            _ => Verdict::Inconclusive,
        }
    }

    /// How many schedules were counted under `mark`.
    pub fn marked(&self, mark: &str) -> u64 {
        let found = self.marks.iter().find(|(name, _)| *name == mark);
        found.map_or(0, |(_, count)| *count)
    }

    /// For tests.
    ///
    /// # Panics
    /// Where not everything is safe in every schedule: with the counts and the witness.
    #[allow(clippy::panic)]
    pub fn assert_safe(&self) {
        if self.verdict() != Verdict::Safe {
            panic!("{self}");
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every => f.write_str("every schedule"),
            Self::Preemptions(1) => f.write_str("every schedule with at most 1 preemption"),
            Self::Preemptions(most) => {
                write!(f, "every schedule with at most {most} preemptions")
            }
            Self::Random { schedules, seed } => {
                write!(f, "{schedules} random schedules (seed {seed})")
            }
            Self::Part => f.write_str("a part of the schedules"),
        }
    }
}

impl Serialize for Coverage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
