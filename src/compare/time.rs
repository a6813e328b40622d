//! Where the buyers' time went.

use std::time::Duration;

use serde::Serialize;

use crate::hammer::TimeBreakdown;

/// Where the buyers' time went, as shares that add up to 1.
///
/// *Useful* is as much as the same purchases take where nobody else is buying, which a pass with
/// one buyer before the first round measures on the same database. What the purchases that
/// succeeded took beyond that they *waited*: for a lock, for the database that others kept busy,
/// or for a processor. So a strategy that waits inside the database and one that tries again can
/// be held against each other without a clock around each statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TimeShares {
    /// What the purchases would take without anybody else.
    pub useful: f64,
    /// What the attempts that succeeded took beyond that.
    pub waiting: f64,
    /// Attempts that came to nothing, the thinking in them included.
    pub wasted: f64,
    /// Pauses between the attempts at one order.
    pub backoff: f64,
    /// Waiting for a connection.
    pub connection: f64,
    /// Thinking (`--hold`), in attempts that succeeded.
    pub thinking: f64,
    /// Finding out that there is not enough left.
    pub turned_away: f64,
    /// Between orders: waiting for the next one to come in (`--rate`).
    pub idle: f64,
}

impl TimeShares {
    /// Of buyers who were at work for so long, and carried out so many orders, each of which
    /// takes `alone` by itself.
    pub(super) fn of(
        spent: &TimeBreakdown,
        at_work: Duration,
        sales: u64,
        alone: Duration,
    ) -> Self {
        let all = at_work.max(spent.total()).as_secs_f64();
        if all <= 0.0 {
            return Self::default();
        }
        let share = |time: Duration| time.as_secs_f64() / all;
        let succeeding = share(spent.succeeding);
        let useful = (alone.as_secs_f64() * sales as f64 / all).min(succeeding);
        Self {
            useful,
            waiting: succeeding - useful,
            wasted: share(spent.in_vain),
            backoff: share(spent.backing_off),
            connection: share(spent.waiting_for_a_connection),
            thinking: share(spent.thinking),
            turned_away: share(spent.turned_away),
            idle: (1.0 - share(spent.total())).max(0.0),
        }
    }

    /// Each with its name, in the order in which a chart shows them.
    pub fn named(&self) -> [(&'static str, f64); 8] {
        [
            ("useful", self.useful),
            ("waiting", self.waiting),
            ("wasted", self.wasted),
            ("backoff", self.backoff),
            ("connection", self.connection),
            ("thinking", self.thinking),
            ("turned away", self.turned_away),
            ("idle", self.idle),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_shares_add_up_to_the_whole() {
        let spent = TimeBreakdown {
            succeeding: SECOND * 3,
            thinking: SECOND,
            in_vain: SECOND,
            backing_off: SECOND,
            ..TimeBreakdown::default()
        };
        let shares = TimeShares::of(&spent, SECOND * 8, 100, Duration::from_millis(10));
        assert_eq!(shares.useful, 0.125);
        assert_eq!(shares.waiting, 0.25);
        assert_eq!(shares.idle, 0.25);
        let sum: f64 = shares.named().iter().map(|(_, share)| share).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn no_more_is_useful_than_what_succeeded() {
        let spent = TimeBreakdown {
            succeeding: SECOND,
            ..TimeBreakdown::default()
        };
        let shares = TimeShares::of(&spent, SECOND, 100, SECOND);
        assert_eq!((shares.useful, shares.waiting), (1.0, 0.0));
        let nothing = TimeShares::of(&TimeBreakdown::default(), Duration::ZERO, 0, SECOND);
        assert_eq!(nothing, TimeShares::default());
    }
}
