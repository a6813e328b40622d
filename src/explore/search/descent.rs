//! How many schedules there are, from a few: random descents into the tree that
//! [`DepthFirst`](super::DepthFirst) walks. A descent that ends where depth first would find nothing
//! but what it has seen counts for none.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::leaf_count::LeafCount;
use super::{Candidate, Choice, DecisionPoint, Search};

/// Random descents.
pub(in crate::explore) struct Descent {
    pruning: bool,
    preemptions: Option<u32>,
    /// What would lead to nothing new at the next point.
    asleep: Vec<Candidate>,
    /// Switches so far away from a session that could have gone on.
    spent: u32,
    /// The product of how many choices there were.
    weight: f64,
    random: SmallRng,
    leaves: LeafCount,
}

impl Descent {
    /// Into the tree of all schedules; of several equivalent ones a single one when `pruning`;
    /// only those with at most so many `preemptions` where that is given.
    pub(in crate::explore) fn new(pruning: bool, preemptions: Option<u32>) -> Self {
        Self {
            pruning: pruning && preemptions.is_none(),
            preemptions,
            asleep: Vec::new(),
            spent: 0,
            weight: 1.0,
            random: SmallRng::seed_from_u64(0),
            leaves: LeafCount::default(),
        }
    }

    /// Schedules there are, by the descents so far.
    pub(in crate::explore) fn schedules(&self) -> f64 {
        self.leaves.mean()
    }

    /// Descents so far.
    pub(in crate::explore) fn descents(&self) -> u64 {
        self.leaves.descents()
    }

    /// The choices that depth first would follow from this point, in its order.
    fn open<'a>(&self, point: &'a DecisionPoint) -> Vec<&'a Candidate> {
        let awake =
            |one: &&Candidate| !self.asleep.iter().any(|other| other.session == one.session);
        let mut awake: Vec<&Candidate> = point.enabled.iter().filter(awake).collect();
        if let Some(alone) = awake
            .iter()
            .find(|one| self.pruning && one.access.is_nothing())
        {
            return vec![alone];
        }
        let current = point.current();
        awake.sort_by_key(|one| Some(one.session) != current);
        let preempts = |one: &Candidate| current.is_some_and(|last| last != one.session);
        let affordable = |one: &Candidate| {
            let spent = self.spent + u32::from(preempts(one));
            self.preemptions.is_none_or(|most| spent <= most)
        };
        let mut first = true;
        awake.retain(|one| std::mem::take(&mut first) || affordable(one));
        awake
    }

    fn begin(&mut self) {
        self.asleep.clear();
        self.spent = 0;
        self.weight = 1.0;
    }
}

impl Search for Descent {
    fn choose(&mut self, point: &DecisionPoint) -> Choice {
        let open = self.open(point);
        if open.is_empty() {
            self.weight = 0.0;
            return Choice::Forget;
        }
        self.weight *= open.len() as f64;
        let index = self.random.random_range(0..open.len());
        let (before, chosen) = (&open[..index], open[index]);
        if self.pruning {
            let still = self.asleep.iter().chain(before.iter().copied());
            let still = still.filter(|one| one.access.is_independent_of(&chosen.access));
            self.asleep = still.cloned().collect();
        }
        let preempts = point.current().is_some_and(|last| last != chosen.session);
        self.spent += u32::from(preempts);
        Choice::Go(chosen.session)
    }

    fn rewind(&mut self) {
        self.begin();
    }

    fn advance(&mut self) -> bool {
        self.leaves.add(self.weight);
        self.begin();
        true
    }
}
