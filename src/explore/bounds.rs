//! How far an exploration goes.

use std::time::Duration;

use super::Coverage;

/// Which schedules are run, and when it ends before all of them were.
// Only the program has these together.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Which.
    pub(crate) coverage: Coverage,
    /// After how long it ends.
    pub(crate) time: Duration,
    /// Whether it ends at the first schedule that is broken.
    pub(crate) stop_at_first: bool,
}

impl From<Coverage> for Bounds {
    /// All of these schedules.
    fn from(coverage: Coverage) -> Self {
        Self {
            coverage,
            time: Duration::MAX,
            stop_at_first: false,
        }
    }
}
