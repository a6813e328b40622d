//! How long an exploration takes, before it begins.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::ExploreArguments;
use crate::cli::bar;
use crate::explore::{Explorable, Exploration, State};

/// How long the number of schedules is estimated.
const ESTIMATING: Duration = Duration::from_millis(200);

/// From how long an exploration on it is said what it takes.
const WORTH_SAYING: Duration = Duration::from_secs(2);

impl ExploreArguments {
    /// Says how many schedules there are and how long they take, where that is long and nothing
    /// limits it.
    pub(super) fn say_how_long<C: Explorable, S: State>(
        &self,
        exploration: Exploration<C, S>,
        stop: &'static AtomicBool,
    ) {
        let bounds = self.search.coverage.bounds();
        if bounds.time < Duration::MAX || bounds.stop_at_first {
            return;
        }
        // What is wrong with it, the exploration itself will say.
        let estimate = self.choose(exploration).stop(stop).estimate(ESTIMATING);
        if let Ok(estimate) = estimate
            && estimate.time() >= WORTH_SAYING
        {
            bar::say(&estimate.to_string());
        }
    }
}
