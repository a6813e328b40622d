//! Schedules by chance, where there are too many for all of them: probabilistic concurrency
//! testing (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding
//! Bugs", ASPLOS 2010). Each session has a priority, the highest that can goes on, and at two
//! points of a schedule, chosen by chance, whoever is at work falls to the lowest.
//!
//! Every other schedule is decided by a fair chance at each step instead: only from such ones it can
//! be told how many schedules there are ([`LeafCount`]).

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::leaf_count::LeafCount;
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
    /// What stands for the choices of the present schedule.
    path: DefaultHasher,
    /// How many there were at each of its points, multiplied.
    product: f64,
    /// What stands for each schedule that has been run.
    seen: HashSet<u64>,
    /// How likely a fair chance leads to one of them.
    likelihood: f64,
    leaves: LeafCount,
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
            path: DefaultHasher::new(),
            product: 1.0,
            seen: HashSet::new(),
            likelihood: 0.0,
            leaves: LeafCount::default(),
        };
        random.rewind();
        random
    }

    /// Whether the present schedule is decided by a fair chance at each step.
    fn is_fair(&self) -> bool {
        self.number % 2 == 1
    }

    fn by_fair_chance(&mut self, point: &DecisionPoint) -> Choice {
        match point.enabled.len() {
            0 => Choice::Forget,
            choices => Choice::Go(point.enabled[self.random.random_range(0..choices)].session),
        }
    }

    fn by_priority(&mut self, point: &DecisionPoint) -> Choice {
        let waiter = point.enabled.iter().find(|one| one.gives_up());
        if let Some(waiter) = waiter
            && (self.random.random_bool(GIVES_UP) || point.stopped().next().is_none())
        {
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
        best(&self.priorities).map_or(Choice::Forget, Choice::Go)
    }
}

impl Search for Random {
    fn choose(&mut self, point: &DecisionPoint) -> Choice {
        let choice = match self.is_fair() {
            true => self.by_fair_chance(point),
            false => self.by_priority(point),
        };
        if let Choice::Go(session) = choice {
            session.hash(&mut self.path);
            self.product *= point.enabled.len() as f64;
        }
        self.step += 1;
        self.longest = self.longest.max(self.step);
        choice
    }

    /// Up to the next change.
    fn goes_on(&self, _session: usize) -> usize {
        if self.is_fair() {
            return 0;
        }
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
        self.path = DefaultHasher::new();
        self.product = 1.0;
    }

    fn advance(&mut self) -> bool {
        if self.seen.insert(self.path.finish()) {
            self.likelihood += 1.0 / self.product;
        }
        if self.is_fair() {
            self.leaves.add(self.product);
        }
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.number += 1;
        self.longest_before = self.longest;
        self.rewind();
        true
    }

    fn likelihood(&self) -> f64 {
        self.likelihood
    }

    fn distinct(&self) -> Option<u64> {
        Some(self.seen.len() as u64)
    }

    fn estimated(&self) -> Option<f64> {
        self.leaves.sound()
    }
}
