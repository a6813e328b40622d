//! Every schedule, depth first: a prefix is replayed, then the first open choice is taken.
//!
//! With pruning, two means keep equivalent schedules from being run (Godefroid, "Partial-Order
//! Methods for the Verification of Concurrent Systems", LNCS 1032): a statement that touches
//! nothing of others goes first, alone; and *sleep sets* remember the statements that were
//! tried before at the same point, until one comes that does not commute with them.

use super::{Candidate, Choice, DecisionPoint, Difference, Search};

/// The tree of choices, as far as it is being walked.
pub(in crate::explore) struct DepthFirst {
    pruning: bool,
    preemptions: Option<u32>,
    path: Vec<Node>,
    depth: usize,
    /// How much of the path was there before the present schedule.
    prefix: usize,
    pruned: u64,
    /// How likely a fair chance at every step leads to a schedule before the present one.
    likelihood: f64,
    difference: Option<Difference>,
}

struct Node {
    point: DecisionPoint,
    /// The choice that is being followed.
    chosen: Candidate,
    /// Choices followed before.
    done: Vec<Candidate>,
    /// Choices that would lead to nothing new here.
    asleep: Vec<Candidate>,
    /// Whether the choice makes all others needless.
    alone: bool,
    /// How many choices there are here, without those that lead to nothing new.
    choices: usize,
    /// Switches away from a session that could have gone on, up to here.
    preemptions: u32,
}

impl DepthFirst {
    /// Every schedule; of several equivalent ones a single one when `pruning`; only those with
    /// at most so many `preemptions` where that is given.
    pub(in crate::explore) fn new(pruning: bool, preemptions: Option<u32>) -> Self {
        Self {
            // A bound on preemptions cuts off schedules that the pruned ones stand for.
            pruning: pruning && preemptions.is_none(),
            preemptions,
            path: Vec::new(),
            depth: 0,
            prefix: 0,
            pruned: 0,
            likelihood: 0.0,
            difference: None,
        }
    }

    fn preempts(point: &DecisionPoint, session: usize) -> bool {
        point.current().is_some_and(|last| last != session)
    }

    fn spent(&self) -> u32 {
        self.path.last().map_or(0, |node| {
            node.preemptions + u32::from(Self::preempts(&node.point, node.chosen.session))
        })
    }

    /// What is asleep after the choice of the last node.
    fn still_asleep(&self) -> Vec<Candidate> {
        let Some(node) = self.path.last() else {
            return Vec::new();
        };
        node.asleep
            .iter()
            .chain(&node.done)
            .filter(|one| one.access.is_independent_of(&node.chosen.access))
            .cloned()
            .collect()
    }

    /// The first choice at a point that was never seen before.
    fn first(&mut self, point: &DecisionPoint) -> Choice {
        let spent = self.spent();
        let asleep = if self.pruning {
            self.still_asleep()
        } else {
            Vec::new()
        };
        let awake = |one: &&Candidate| !asleep.iter().any(|other| other.session == one.session);
        let alone = point
            .enabled
            .iter()
            .filter(awake)
            .find(|one| self.pruning && one.access.is_nothing());
        // The session that went on last comes first: it costs no preemption.
        let current = point.current();
        let next = alone
            .or_else(|| {
                point
                    .enabled
                    .iter()
                    .filter(awake)
                    .find(|one| Some(one.session) == current)
            })
            .or_else(|| point.enabled.iter().find(awake));
        let Some(chosen) = next.cloned() else {
            self.pruned += 1;
            return Choice::Forget;
        };
        let alone = alone.is_some();
        let session = chosen.session;
        let choices = match alone {
            true => 1,
            false => point.enabled.iter().filter(awake).count(),
        };
        self.path.push(Node {
            point: point.clone(),
            chosen,
            done: Vec::new(),
            asleep,
            alone,
            choices,
            preemptions: spent,
        });
        self.depth += 1;
        Choice::Go(session)
    }

    /// The next choice of a node that has been followed to the end of its present one.
    fn next_of(&self, node: &Node) -> Option<Candidate> {
        if node.alone {
            return None;
        }
        let affordable = |session| {
            self.preemptions.is_none_or(|limit| {
                node.preemptions + u32::from(Self::preempts(&node.point, session)) <= limit
            })
        };
        let is_new = |one: &&Candidate| {
            let same = |other: &Candidate| other.session == one.session;
            !node.done.iter().any(same) && !node.asleep.iter().any(same) && affordable(one.session)
        };
        node.point.enabled.iter().find(is_new).cloned()
    }
}

impl Search for DepthFirst {
    fn choose(&mut self, point: &DecisionPoint) -> Choice {
        if self.difference.is_some() {
            return Choice::Forget;
        }
        let Some(node) = self.path.get(self.depth) else {
            return self.first(point);
        };
        if let Some(difference) = Difference::between(&node.point, point, self.depth + 1) {
            self.difference = Some(difference);
            return Choice::Forget;
        }
        self.depth += 1;
        Choice::Go(node.chosen.session)
    }

    fn goes_on(&self, session: usize) -> usize {
        let recorded = &self.path[self.depth..];
        let again = |node: &&Node| node.chosen.session == session;
        let times = recorded.iter().take_while(again).count();
        // Where nothing is recorded any more, whoever is at work goes on first.
        if times == recorded.len() && !self.pruning {
            usize::MAX
        } else {
            times
        }
    }

    fn rewind(&mut self) {
        self.path.truncate(self.prefix);
        self.depth = 0;
        self.difference = None;
    }

    fn advance(&mut self) -> bool {
        self.depth = 0;
        let each = self.path.iter().map(|node| 1.0 / node.choices as f64);
        self.likelihood += each.product::<f64>();
        while let Some(mut node) = self.path.pop() {
            node.done.push(node.chosen.clone());
            if let Some(next) = self.next_of(&node) {
                node.chosen = next;
                self.path.push(node);
                self.prefix = self.path.len();
                return true;
            }
            if self.pruning {
                self.pruned += (node.point.enabled.len() - node.done.len()) as u64;
            }
        }
        false
    }

    fn difference(&self) -> Option<&Difference> {
        self.difference.as_ref()
    }

    fn likelihood(&self) -> f64 {
        self.likelihood
    }

    fn pruned(&self) -> u64 {
        self.pruned
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Statement;
    use crate::explore::search::Random;

    /// Goes through the schedules of sessions of so many steps each, none of which waits, until
    /// `is_enough`. Gives how many that were.
    fn walk(
        search: &mut dyn Search,
        steps: &[usize],
        is_enough: impl Fn(&dyn Search, u64) -> bool,
    ) -> u64 {
        let mut schedules = 0;
        loop {
            let mut left = steps.to_vec();
            let mut last = None;
            while left.iter().any(|left| *left > 0) {
                let enabled = (0..left.len()).filter(|session| left[*session] > 0);
                let point = DecisionPoint {
                    enabled: enabled.map(candidate).collect(),
                    last,
                    ended: Vec::new(),
                };
                let Choice::Go(session) = search.choose(&point) else {
                    break;
                };
                left[session] -= 1;
                last = Some(session);
            }
            schedules += 1;
            if !search.advance() || is_enough(search, schedules) {
                return schedules;
            }
        }
    }

    fn candidate(session: usize) -> Candidate {
        Candidate {
            session,
            statement: Statement {
                sql: "COMMIT".to_owned(),
                binds: Vec::new(),
            },
            identity: String::new(),
            access: Default::default(),
            refusal: None,
        }
    }

    fn is_about(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9
    }

    #[test]
    fn all_schedules_are_all_that_chance_can_lead_to() {
        let mut search = DepthFirst::new(false, None);
        assert_eq!(walk(&mut search, &[3, 2, 2], |_, _| false), 210);
        assert!(is_about(search.likelihood(), 1.0));
        // 1.1.2.2, 1.2.1.2 and 1.2.2.1 begin with 1, as every other by chance does.
        let mut search = DepthFirst::new(false, None);
        walk(&mut search, &[2, 2], |_, schedules| schedules == 3);
        assert!(is_about(search.likelihood(), 0.5));
        let mut search = DepthFirst::new(false, Some(0));
        assert_eq!(walk(&mut search, &[2, 2], |_, _| false), 2);
        assert!(is_about(search.likelihood(), 0.5));
    }

    #[test]
    fn schedules_at_random_tell_how_many_there_are() {
        let mut search = Random::new(3, 2_000, 1);
        assert_eq!(walk(&mut search, &[2, 2, 1], |_, _| false), 2_000);
        assert_eq!(search.distinct(), Some(30));
        assert!(is_about(search.likelihood(), 1.0));
        let about = search.estimated().expect("an estimate");
        assert!((28.0..32.0).contains(&about), "{about}");
        // Ten descents say nothing.
        let mut search = Random::new(3, 20, 1);
        walk(&mut search, &[3, 2, 2], |_, _| false);
        assert_eq!(search.estimated(), None);
        assert!(search.likelihood() < 0.3, "{}", search.likelihood());
    }
}
