use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::{End, Extent, History, Inside, Token};
use crate::model::verdict::Verdict;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalState<S = String> {
    /// Which.
    pub state: End<S>,
    /// What is wrong with it, in a sentence.
    pub broken: Option<String>,
    /// Whether all schedules that ended so were cut off by a bound.
    pub cut: bool,
    /// How many schedules ended so.
    pub count: u64,
}

/// What was noted of a final state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection<S = String> {
    /// The state: what tells it from others. `None` leaves that to
    /// [`state`](super::Exploration::state), or to how the sessions ended.
    pub state: Option<S>,
    /// What is wrong with it, in a sentence.
    pub broken: Option<String>,
    /// What the schedule is to be counted under, beside broken or not.
    pub marks: Vec<&'static str>,
    /// Whether a bound kept a session from ending in its own way.
    pub cut: bool,
}

impl<S> Default for Inspection<S> {
    fn default() -> Self {
        Self {
            state: None,
            broken: None,
            marks: Vec::new(),
            cut: false,
        }
    }
}

/// The same choices that led somewhere else than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Divergence {
    /// The choices.
    pub token: Token,
    /// What was different.
    pub difference: String,
    /// Whether a session did something else although the database had answered the same: not the
    /// time decided, but the session, or what it read.
    pub by_session: bool,
}

/// What an exploration has found.
#[derive(Clone, Debug)]
pub struct Explored<S = String> {
    /// How many sessions there were.
    pub sessions: usize,
    /// On which server: its name and version.
    pub server: String,
    /// What was gone through.
    pub coverage: Coverage,
    /// How much of all schedules that is.
    pub extent: Extent,
    /// Whether it ended at the first schedule that is broken, before all were run.
    pub stopped_at_first: bool,
    /// Schedules run to their end.
    pub schedules: u64,
    /// Runs that came to their end, all of which were looked at: those of the schedules, those
    /// that were equivalent to one, and repetitions.
    pub runs: u64,
    /// Runs that were repetitions, because the one before had not gone as it should.
    pub repetitions: u64,
    /// Those of them in which the same choices had led somewhere else.
    pub divergences: u64,
    /// One of those in which that was a session's doing; or one which has ended the exploration,
    /// because it never repeated itself.
    pub divergence: Option<Divergence>,
    /// Branches not followed, because they are equivalent to others that were.
    pub pruned: u64,
    /// Whether equivalent schedules were left out.
    pub pruning: bool,
    /// Schedules that a bound cut off, or in which it kept a session from going on.
    pub cut: u64,
    /// Schedules whose final state is broken.
    pub broken: u64,
    /// Runs that ended in a broken state and are not counted as schedules.
    pub stray_broken: u64,
    /// Schedules in which a session waited for ever. They are broken.
    pub hung: u64,
    /// Runs in which a session ended with its transaction open, which was rolled back.
    pub left_open: u64,
    /// Whether an invariant was given, or whatever else tells a broken state.
    pub judged: bool,
    /// Whether the state was put back before each schedule.
    pub has_reset: bool,
    /// Whether a session was ever between two of its statements when another sent one.
    pub overlapped: bool,
    /// Statements, sent outside a transaction, that do several things, and were each taken for an
    /// instant: the first few.
    pub instants: Vec<String>,
    /// Which statements were stopped inside, too.
    pub inside: Inside,
    /// Whether statements that read first and write later were each taken for an instant, in a
    /// transaction or not.
    pub took_instants: bool,
    /// Whether sessions that have a time limit waited, and none of them for as long.
    pub timeouts_unreached: bool,
    /// Schedules in which the database aborted a session because of a deadlock.
    pub deadlocked: u64,
    /// Schedules in which a session had to wait for another.
    pub waited: u64,
    /// Schedules in which a session was quiet in its own code until another had gone on: it waits
    /// there for a lock, say. Only of sessions that are driven from outside.
    pub waited_in_code: u64,
    /// Schedules in which one went on by itself, after a longer pause than is waited for.
    pub paused: u64,
    /// Schedules under each mark of the inspection.
    pub marks: Vec<(&'static str, u64)>,
    /// The distinct final states, the most frequent first.
    pub final_states: Vec<FinalState<S>>,
    /// The shortest schedule that ends in a broken state: the fewest statements, then the
    /// fewest switches.
    pub witness: Option<History<S>>,
    /// Whether the witness went wrong again when it was run once more.
    pub witness_repeats: bool,
    /// The schedule in which most is to be seen: the shortest one in which somebody waits, is
    /// refused or tries again.
    pub instructive: Option<Token>,
    /// Whether it was ended early from outside.
    pub interrupted: bool,
    /// How long it took.
    pub elapsed: Duration,
}

impl<S> Explored<S> {
    /// What it amounts to: without a broken state it is safe only where there is no
    /// [reason](Self::reason) to doubt that.
    pub fn verdict(&self) -> Verdict {
        if self.broken + self.stray_broken > 0 {
            Verdict::Unsafe
        } else if self.reason().is_some() {
            Verdict::Inconclusive
        } else {
            Verdict::Safe
        }
    }

    /// How many schedules were counted under `mark`.
    pub fn marked(&self, mark: &str) -> u64 {
        let found = self.marks.iter().find(|(name, _)| *name == mark);
        found.map_or(0, |(_, count)| *count)
    }
}

impl<S: fmt::Display> Explored<S> {
    /// For tests: docs/explore-your-own-code.md has one.
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
