//! Where the buyers' time went: sums, from two readings of the clock for each attempt.

use std::time::Duration;

use crate::purchase::{Answer, AttemptError};

/// Where the buyers' time went, summed over all of them. What is missing to the time that they
/// were at work went by between orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeBreakdown {
    /// In attempts that carried an order out, thinking left out.
    pub succeeding: Duration,
    /// Thinking (`--hold`) in those attempts.
    pub thinking: Duration,
    /// In attempts that came to nothing, thinking included.
    pub in_vain: Duration,
    /// In attempts that found that there is not enough left.
    pub turned_away: Duration,
    /// Between the attempts at one order.
    pub backing_off: Duration,
    /// Waiting for a connection.
    pub waiting_for_a_connection: Duration,
}

impl TimeBreakdown {
    /// Adds what another buyer, or another order, has spent.
    pub fn add(&mut self, other: &Self) {
        self.succeeding += other.succeeding;
        self.thinking += other.thinking;
        self.in_vain += other.in_vain;
        self.turned_away += other.turned_away;
        self.backing_off += other.backing_off;
        self.waiting_for_a_connection += other.waiting_for_a_connection;
    }

    /// All of it.
    pub fn total(&self) -> Duration {
        self.succeeding
            + self.thinking
            + self.in_vain
            + self.turned_away
            + self.backing_off
            + self.waiting_for_a_connection
    }

    /// Adds an attempt that took so long, `thought` of it thinking.
    pub(super) fn add_attempt(
        &mut self,
        outcome: &Result<Answer, AttemptError>,
        took: Duration,
        thought: Duration,
    ) {
        match outcome {
            Ok(Answer::Done) => {
                self.succeeding += took.saturating_sub(thought);
                self.thinking += thought;
            }
            Ok(Answer::SoldOut) => self.turned_away += took,
            Err(_) => self.in_vain += took,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thinking_of_a_wasted_attempt_is_wasted_as_well() {
        let (took, thought) = (Duration::from_millis(5), Duration::from_millis(2));
        let mut spent = TimeBreakdown::default();
        spent.add_attempt(&Ok(Answer::Done), took, thought);
        spent.add_attempt(&Err(AttemptError::GaveUp), took, thought);
        assert_eq!(spent.succeeding, Duration::from_millis(3));
        assert_eq!(spent.thinking, thought);
        assert_eq!(spent.in_vain, took);
        assert_eq!(spent.total(), took * 2);
    }
}
