//! Schedules by chance, where there are too many for all of them: probabilistic concurrency
//! testing (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding
//! Bugs", ASPLOS 2010). Each session has a priority, the highest that can goes on, and at two
//! points of a schedule, chosen by chance, whoever is at work falls to the lowest.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::{Choice, DecisionPoint, Search};

/// How often in a schedule the order of the sessions is overturned: a bug that needs three
/// things to happen in an order needs two.
const CHANGES: usize = 2;

/// How likely it is at each step that a session which waits gives up.
const GIVES_UP: f64 = 0.2;

/// Schedules by chance.
pub(in crate::explore) struct Random {
    left: u64,
    seed: u64,
    number: u64,
    /// The highest goes on; by session.
    priorities: Vec<u64>,
    changes: Vec<usize>,
    lowest: u64,
    random: SmallRng,
    step: usize,
    /// Steps of the longest schedule so far.
    longest: usize,
    /// The same before the present schedule, for its repetition.
    longest_before: usize,
}

impl Random {
    /// `number` schedules, which are the same each time for one `seed`.
    pub(in crate::explore) fn new(sessions: usize, number: u64, seed: u64) -> Self {
        let mut random = Self {
            left: number.saturating_sub(1),
            seed,
            number: 0,
            priorities: vec![0; sessions],
            changes: Vec::new(),
            lowest: 0,
            random: SmallRng::seed_from_u64(seed),
            step: 0,
            longest: sessions * 4,
            longest_before: sessions * 4,
        };
        random.rewind();
        random
    }
}

impl Search for Random {
    fn choose(&mut self, point: &DecisionPoint) -> Choice {
        let waiter = point.enabled.iter().find(|one| one.gives_up());
        if let Some(waiter) = waiter
            && (self.random.random_bool(GIVES_UP) || point.stopped().next().is_none())
        {
            self.step += 1;
            return Choice::Go(waiter.session);
        }
        let best = |priorities: &[u64]| {
            point
                .stopped()
                .map(|one| one.session)
                .max_by_key(|session| priorities[*session])
        };
        if self.changes.contains(&self.step)
            && let Some(session) = best(&self.priorities)
        {
            self.lowest -= 1;
            self.priorities[session] = self.lowest;
        }
        self.step += 1;
        self.longest = self.longest.max(self.step);
        best(&self.priorities).map_or(Choice::Forget, Choice::Go)
    }

    /// Up to the next change.
    fn goes_on(&self, _session: usize) -> usize {
        let changes = self.changes.iter().filter(|change| **change >= self.step);
        changes
            .min()
            .map_or(usize::MAX, |change| change - self.step)
    }

    fn rewind(&mut self) {
        let mixed = self.seed ^ self.number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.random = SmallRng::seed_from_u64(mixed);
        self.longest = self.longest_before;
        self.lowest = CHANGES as u64 + 1;
        for priority in &mut self.priorities {
            *priority = self.random.random_range(1_000..u64::MAX);
        }
        let longest = self.longest;
        self.changes = (0..CHANGES)
            .map(|_| self.random.random_range(0..longest))
            .collect();
        self.step = 0;
    }

    fn advance(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.number += 1;
        self.longest_before = self.longest;
        self.rewind();
        true
    }
}
