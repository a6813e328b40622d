//! How many schedules an exploration has, and how long they take, before it begins.

use std::fmt;
use std::time::{Duration, Instant};

use super::{Coverage, Explorable, Exploration, ExploreError, Pruning, State};
use crate::explore::extent::rounded;
use crate::explore::search::{Descent, Search};

/// Fewer descents say nothing.
const LEAST: u64 = 20;

/// How many schedules there are, about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Schedules: on average over many estimates the true number, and of a single one the order
    /// of magnitude.
    pub schedules: f64,
    /// How long one of them takes.
    pub each: Duration,
}

impl Estimate {
    /// How long all of them take.
    pub fn time(&self) -> Duration {
        Duration::try_from_secs_f64(self.each.as_secs_f64() * self.schedules)
            .unwrap_or(Duration::MAX)
    }
}

impl fmt::Display for Estimate {
    /// "About 46,000 schedules, 4 minutes".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time().as_secs_f64();
        let (number, unit) = match seconds {
            ..120.0 => (seconds, "seconds"),
            ..7_200.0 => (seconds / 60.0, "minutes"),
            ..172_800.0 => (seconds / 3_600.0, "hours"),
            _ => (seconds / 86_400.0, "days"),
        };
        write!(
            f,
            "About {} schedules, {} {unit}",
            rounded(self.schedules),
            rounded(number)
        )
    }
}

impl<C: Explorable, S: State> Exploration<C, S> {
    /// Estimates the number of schedules by random descents for about that long; what is known
    /// without that, because so many were asked for, is not estimated.
    ///
    /// # Errors
    /// As for [`explore`](Self::explore).
    pub fn estimate(mut self, time: Duration) -> Result<Estimate, ExploreError> {
        let pruning = self.pruning == Pruning::Equivalent;
        let preemptions = match self.coverage {
            Coverage::Preemptions(most) => Some(most),
            _ => None,
        };
        let mut search = Descent::new(pruning, preemptions);
        let mut scheduler = self.scheduler()?;
        let began = Instant::now();
        while !self.interrupted() && (search.descents() < LEAST || began.elapsed() < time) {
            self.once(&mut scheduler, &mut search, false)?;
            search.advance();
        }
        let descents = u32::try_from(search.descents().max(1)).unwrap_or(u32::MAX);
        Ok(Estimate {
            schedules: match self.coverage {
                Coverage::Random { schedules, .. } => schedules as f64,
                _ => search.schedules(),
            },
            each: began.elapsed() / descents,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_shown_with_two_digits() {
        let estimate = Estimate {
            schedules: 45_678.9,
            each: Duration::from_micros(5_200),
        };
        assert_eq!(estimate.to_string(), "About 46,000 schedules, 4 minutes");
        let short = Estimate {
            schedules: 92.0,
            each: Duration::from_millis(30),
        };
        assert_eq!(short.to_string(), "About 92 schedules, 3 seconds");
    }
}
