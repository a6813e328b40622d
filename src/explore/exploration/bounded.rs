//! How far an exploration goes.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::Exploration;
use crate::db::blocked::Explorable;
use crate::explore::State;
#[cfg(feature = "cli")]
use crate::explore::bounds::Bounds;
use crate::explore::result::Coverage;

impl<C: Explorable, S: State> Exploration<C, S> {
    /// Only schedules with at most so many preemptions: switches away from a session that
    /// could have gone on.
    #[must_use]
    pub fn preemptions(mut self, most: u32) -> Self {
        self.coverage = Coverage::Preemptions(most);
        self
    }

    /// Only so many schedules, by chance; the same for the same `seed`.
    #[must_use]
    pub fn random(mut self, schedules: u64, seed: u64) -> Self {
        self.coverage = Coverage::Random { schedules, seed };
        self
    }

    /// The schedules within these bounds.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn within(mut self, bounds: Bounds) -> Self {
        self.coverage = bounds.coverage;
        self.most_time = bounds.time;
        self.stop_at_first = bounds.stop_at_first;
        self
    }

    /// At most so many schedules, whatever else is asked for.
    #[must_use]
    pub fn at_most(mut self, schedules: u64) -> Self {
        self.most = schedules;
        self
    }

    /// Cuts schedules off after so many steps: 1,000 unless told.
    #[must_use]
    pub fn longest(mut self, steps: usize) -> Self {
        self.longest = steps;
        self
    }

    /// Ends after that long, with what was found so far, which is then a part of the schedules.
    #[must_use]
    pub fn for_at_most(mut self, time: Duration) -> Self {
        self.most_time = time;
        self
    }

    /// Ends at the first schedule whose final state is broken: quick where there is one, but it need
    /// not be the shortest, and how many there are is not known then.
    #[must_use]
    pub fn stop_at_first(mut self) -> Self {
        self.stop_at_first = true;
        self
    }

    /// Ends early, with what was found so far, once `stop` is set.
    #[must_use]
    pub fn stop(mut self, stop: &'static AtomicBool) -> Self {
        self.stop = Some(stop);
        self
    }
}
