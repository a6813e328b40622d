//! How long the turns of a round last, so that as many rounds as an interval takes fit into the
//! time there is.
//!
//! A turn costs what it costs to open the connections, to fill the shop and to audit it, and
//! beyond that what is measured: the trial, the warm-up and the measurement. Only the second part
//! can be made shorter. The first is learnt from each round for the next.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::compare::statistics::LEAST;

/// What is measured for less than this says little.
const SHORTEST: Duration = Duration::from_millis(50);

/// How much of the time that is left the next rounds are to take: a round may take longer than
/// the one before.
const CAUTION: f64 = 0.9;

/// How long the turns of a round last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    until: Instant,
    /// When they may end instead, for enough of them to fit.
    latest: Instant,
    /// What is measured in a turn, where there is time enough.
    full: Duration,
    /// The least share of that.
    least: f64,
    /// What a turn costs beyond it.
    overhead: Duration,
    /// The share of the round at hand.
    share: f64,
    done: u32,
    longest: Duration,
}

/// How the time was spent, in seconds.
#[derive(Clone, Copy, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct Timing {
    /// From the start of the command until the first purchase: starting a server, making the
    /// tables.
    pub setup_s: f64,
    /// Timing each strategy's purchase alone, before the rounds.
    pub alone_s: f64,
    /// The longest round: what `--max-time` may be exceeded by.
    pub longest_round_s: f64,
}

impl Pace {
    /// Rounds until then, of turns that measure for `full`, and cost `overhead` beyond that.
    /// The time of a turn is fixed where it must not be shortened.
    pub(super) fn new(until: Instant, full: Duration, fixed: bool, overhead: Duration) -> Self {
        Self {
            until,
            latest: until,
            full,
            least: if fixed { 1.0 } else { 0.0 },
            overhead,
            share: 1.0,
            done: 0,
            longest: Duration::ZERO,
        }
    }

    /// Has them end by then at the latest, where enough of them do not fit in before.
    pub(super) fn or_until(&mut self, latest: Instant) {
        self.latest = latest;
    }

    /// Has each measurement of `of` last no less than that, and no less than what says anything.
    pub(super) fn at_least(&mut self, least: Duration, of: Duration) {
        let least = least.max(SHORTEST).as_secs_f64() / of.as_secs_f64().max(f64::MIN_POSITIVE);
        self.least = self.least.max(least).min(1.0);
    }

    /// The share of a full measurement that each of so many turns of the next round is to have;
    /// `None` where that round does not fit any more. The first is run however little time there
    /// is.
    pub(super) fn next(&mut self, turns: u32, now: Instant) -> Option<f64> {
        let turns = turns.max(1);
        let missing = (LEAST as u32).saturating_sub(self.done);
        if missing > 0 {
            self.share = self.share_until(self.until, missing, turns, now);
            if now + self.round(turns) * missing > self.until {
                self.until = self.latest;
                self.share = self.share_until(self.until, missing, turns, now);
            }
        }
        let left = self.until.saturating_duration_since(now);
        (self.done == 0 || self.round(turns) <= left).then_some(self.share)
    }

    /// The share with which so many rounds fit in before `until`.
    fn share_until(&self, until: Instant, rounds: u32, turns: u32, now: Instant) -> f64 {
        let left = until.saturating_duration_since(now);
        let turn = left.mul_f64(CAUTION) / rounds / turns;
        let measured = turn.saturating_sub(self.overhead).as_secs_f64();
        let share = measured / self.full.as_secs_f64().max(f64::MIN_POSITIVE);
        share.min(1.0).max(self.least)
    }

    /// How long a round of so many turns takes, as far as is known.
    fn round(&self, turns: u32) -> Duration {
        (self.overhead + self.full.mul_f64(self.share)) * turns
    }

    /// Learns from a round of so many turns, which took so long.
    pub(super) fn learn(&mut self, turns: u32, took: Duration) {
        let measured = self.full.mul_f64(self.share);
        self.overhead = (took / turns.max(1)).saturating_sub(measured);
        self.longest = self.longest.max(took);
        self.done += 1;
    }

    /// Learns what a turn costs, as far as that can be told before the first round.
    pub(super) fn learn_before(&mut self, overhead: Duration) {
        self.overhead = overhead;
    }

    /// How long it takes from now until there are rounds enough, or until the time is up.
    pub(super) fn left(&self, turns: u32, now: Instant) -> Duration {
        let left = self.until.saturating_duration_since(now);
        let missing = (LEAST as u32).saturating_sub(self.done);
        match missing {
            0 => left,
            _ => self.round(turns) * missing,
        }
    }

    /// How many turns a round may have for as many rounds as it takes to fit in before `until`,
    /// each of them as short as can be.
    pub(crate) fn affordable(&self, until: Instant, now: Instant) -> usize {
        let left = until.saturating_duration_since(now).mul_f64(CAUTION);
        let turn = self.overhead + self.full.mul_f64(self.least);
        let turns = left.as_secs_f64() / turn.as_secs_f64().max(f64::MIN_POSITIVE);
        (turns / LEAST as f64) as usize
    }

    /// What a turn costs beyond what is measured, by the last round.
    pub(crate) fn overhead(&self) -> Duration {
        self.overhead
    }

    /// The longest round so far.
    pub(crate) fn longest(&self) -> Duration {
        self.longest
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MILLISECOND: Duration = Duration::from_millis(1);

    /// Runs rounds of so many turns, each of which costs `overhead` and takes as long as it is
    /// given: how many there are, and when they end.
    fn rounds(pace: &mut Pace, began: Instant, turns: u32, overhead: Duration) -> (u32, Duration) {
        let mut now = began;
        let mut rounds = 0;
        while let Some(share) = pace.next(turns, now) {
            let took = (overhead + pace.full.mul_f64(share)) * turns;
            now += took;
            pace.learn(turns, took);
            rounds += 1;
            assert!(rounds < 10_000);
        }
        (rounds, now - began)
    }

    #[test]
    fn the_rounds_that_an_interval_takes_fit_into_the_time() {
        let began = Instant::now();
        for (seconds, turns) in [(5, 4), (8, 10), (30, 9), (30, 20), (60, 14)] {
            let until = began + SECOND * seconds;
            // What a turn costs is learnt only in the first round.
            let mut pace = Pace::new(until, SECOND, false, Duration::ZERO);
            pace.at_least(Duration::ZERO, SECOND);
            let (rounds, took) = rounds(&mut pace, began, turns, MILLISECOND * 20);
            assert!(rounds as usize >= LEAST, "{seconds} s: {rounds} rounds");
            assert!(took <= SECOND * seconds, "{seconds} s: {took:?}");
        }
    }

    #[test]
    fn where_there_is_time_nothing_is_made_shorter() {
        let began = Instant::now();
        let mut pace = Pace::new(began + SECOND * 600, SECOND / 2, false, SECOND / 10);
        assert_eq!(pace.next(10, began), Some(1.0));
    }

    #[test]
    fn too_little_time_ends_within_a_round_and_not_after_six() {
        let began = Instant::now();
        for fixed in [true, false] {
            let mut pace = Pace::new(began + SECOND * 4, SECOND, fixed, Duration::ZERO);
            pace.at_least(Duration::ZERO, SECOND);
            let (rounds, took) = rounds(&mut pace, began, 3, SECOND / 3);
            assert!(rounds >= 1 && (rounds as usize) < LEAST, "{rounds}");
            assert!(took <= SECOND * 4 + pace.longest(), "{took:?}");
        }
    }

    #[test]
    fn more_time_is_taken_only_where_it_is_needed() {
        let began = Instant::now();
        for (turns, longest) in [(10, SECOND * 5), (20, SECOND * 10)] {
            let mut pace = Pace::new(began + SECOND * 5, SECOND, false, MILLISECOND * 30);
            pace.or_until(began + SECOND * 10);
            pace.at_least(Duration::ZERO, SECOND);
            let (rounds, took) = rounds(&mut pace, began, turns, MILLISECOND * 30);
            assert!(rounds as usize >= LEAST, "{turns} turns: {rounds} rounds");
            assert!(took <= longest, "{turns} turns: {took:?}");
        }
    }

    #[test]
    fn what_is_affordable_fits() {
        let began = Instant::now();
        let mut pace = Pace::new(began, SECOND, false, MILLISECOND * 50);
        pace.at_least(Duration::ZERO, SECOND);
        let until = began + SECOND * 6;
        let turns = pace.affordable(until, began);
        assert_eq!(turns, 9, "6 rounds of 9 turns of 100 ms take 5.4 s");
        assert_eq!(pace.affordable(began, began), 0);
    }
}
