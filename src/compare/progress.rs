//! How far a comparison has come, for whoever watches it.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::hammer::Progress;

/// How far a comparison has come.
#[derive(Debug, Default)]
pub struct RoundProgress {
    /// How far the turn at hand has come.
    pub(super) hammer: Progress,
    round: AtomicU32,
    turn: AtomicU32,
    turns: AtomicU32,
}

impl RoundProgress {
    /// The round that is under way, from 1 up; 0 before the first.
    pub fn round(&self) -> u32 {
        self.round.load(Relaxed)
    }

    /// Whose turn it is in that round, from 1 up, and of how many.
    pub fn turn(&self) -> (u32, u32) {
        (self.turn.load(Relaxed), self.turns.load(Relaxed))
    }

    /// Orders that have ended, in all rounds so far.
    pub fn orders(&self) -> u64 {
        self.hammer.orders()
    }

    pub(super) fn begin(&self, round: u32, turns: u32) {
        self.round.store(round, Relaxed);
        self.turns.store(turns, Relaxed);
        self.turn.store(0, Relaxed);
    }

    pub(super) fn next_turn(&self) {
        self.turn.fetch_add(1, Relaxed);
    }
}
