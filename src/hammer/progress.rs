//! How far a run has come, for whoever watches it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counters that the buyers raise and a progress bar reads.
#[derive(Debug, Default)]
pub struct Progress {
    orders: AtomicU64,
    done: AtomicU64,
    retries: AtomicU64,
}

impl Progress {
    /// Orders that have ended, in whatever way.
    pub fn orders(&self) -> u64 {
        self.orders.load(Relaxed)
    }

    /// Orders that were carried out.
    pub fn done(&self) -> u64 {
        self.done.load(Relaxed)
    }

    /// Attempts beyond the first.
    pub fn retries(&self) -> u64 {
        self.retries.load(Relaxed)
    }

    pub(crate) fn ended(&self, done: bool, attempts: u32) {
        self.orders.fetch_add(1, Relaxed);
        self.done.fetch_add(u64::from(done), Relaxed);
        self.retries
            .fetch_add(u64::from(attempts.saturating_sub(1)), Relaxed);
    }
}
