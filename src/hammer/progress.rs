//! How far a run has come, for whoever watches it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crossbeam_utils::CachePadded;

/// Counters that the buyers raise and a progress bar reads.
#[derive(Debug)]
pub struct Progress {
    /// Buyers raise counters of their own, so that none waits for another one's processor.
    lanes: [CachePadded<Lane>; LANES],
}

/// More than there are processors in most machines; further buyers share.
const LANES: usize = 64;

#[derive(Debug, Default)]
struct Lane {
    orders: AtomicU64,
    done: AtomicU64,
    retries: AtomicU64,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            lanes: std::array::from_fn(|_| CachePadded::default()),
        }
    }
}

impl Progress {
    /// Orders that have ended, in whatever way.
    pub fn orders(&self) -> u64 {
        self.sum(|lane| &lane.orders)
    }

    /// Orders that were carried out.
    pub fn done(&self) -> u64 {
        self.sum(|lane| &lane.done)
    }

    /// Attempts beyond the first.
    pub fn retries(&self) -> u64 {
        self.sum(|lane| &lane.retries)
    }

    fn sum(&self, counter: impl Fn(&Lane) -> &AtomicU64) -> u64 {
        let counters = self.lanes.iter().map(|lane| counter(lane));
        counters.map(|counter| counter.load(Relaxed)).sum()
    }

    /// An order of that buyer's, or that server's, has ended.
    pub(crate) fn ended(&self, buyer: u32, done: bool, attempts: u32) {
        let lane = &self.lanes[buyer as usize % LANES];
        lane.orders.fetch_add(1, Relaxed);
        if done {
            lane.done.fetch_add(1, Relaxed);
        }
        if attempts > 1 {
            lane.retries.fetch_add(u64::from(attempts - 1), Relaxed);
        }
    }
}
