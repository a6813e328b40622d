//! How far a comparison has come, for whoever watches it.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::compare::statistics::LEAST;
use crate::hammer::Progress;

/// How far a comparison has come.
#[derive(Debug)]
pub struct RoundProgress {
    /// How far the turn at hand has come.
    pub(super) hammer: Progress,
    since: Instant,
    round: AtomicU32,
    turn: AtomicU32,
    turns: AtomicU32,
    /// When the rounds will end, in milliseconds from `since`.
    ends_ms: AtomicU64,
}

impl Default for RoundProgress {
    fn default() -> Self {
        Self {
            hammer: Progress::default(),
            since: Instant::now(),
            round: AtomicU32::default(),
            turn: AtomicU32::default(),
            turns: AtomicU32::default(),
            ends_ms: AtomicU64::default(),
        }
    }
}

impl RoundProgress {
    /// The round that is under way, from 1 up; 0 before the first.
    pub fn round(&self) -> u32 {
        self.round.load(Relaxed)
    }

    /// How many rounds it takes at least.
    pub fn rounds_needed(&self) -> u32 {
        LEAST as u32
    }

    /// Whose turn it is in that round, from 1 up, and of how many.
    pub fn turn(&self) -> (u32, u32) {
        (self.turn.load(Relaxed), self.turns.load(Relaxed))
    }

    /// How long it still takes, as far as is known.
    pub fn left(&self) -> Duration {
        let ends = Duration::from_millis(self.ends_ms.load(Relaxed));
        ends.saturating_sub(self.since.elapsed())
    }

    /// Orders that have ended, in all rounds so far.
    pub fn orders(&self) -> u64 {
        self.hammer.orders()
    }

    pub(super) fn begin(&self, round: u32, turns: u32, left: Duration) {
        let ends = self.since.elapsed() + left;
        let ends = u64::try_from(ends.as_millis()).unwrap_or(u64::MAX);
        self.ends_ms.store(ends, Relaxed);
        self.turns.store(turns, Relaxed);
        self.turn.store(0, Relaxed);
        self.round.store(round, Relaxed);
    }

    pub(super) fn next_turn(&self) {
        self.turn.fetch_add(1, Relaxed);
    }
}
