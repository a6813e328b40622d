//! Counting schedules, and keeping the shortest that went wrong.

use std::collections::BTreeMap;

use super::result::{FinalState, Inspection};
use super::stage::Run;
use super::{Step, Token};

/// How much is to be seen in a schedule, the least first: whether nobody waited, was refused or
/// tried again; then its length; then how many switches it lacks. The shortest one with trouble
/// in it is what explains a strategy best.
type Rank = (bool, usize, std::cmp::Reverse<usize>);

/// The counts of an exploration.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) schedules: u64,
    pub(super) cut: u64,
    pub(super) broken: u64,
    pub(super) deadlocked: u64,
    pub(super) waited: u64,
    marks: BTreeMap<&'static str, u64>,
    states: BTreeMap<(String, Option<String>), (u64, bool)>,
    /// The choices of the shortest broken schedule, and the state it ended in.
    pub(super) shortest: Option<(Token, String)>,
    /// The choices of the schedule in which most is to be seen, and what made it so.
    instructive: Option<(Rank, Token)>,
}

impl Tally {
    /// Counts a schedule.
    pub(super) fn count(&mut self, run: &Run, inspection: Inspection) {
        let cut = run.cut || inspection.cut;
        self.schedules += 1;
        self.cut += u64::from(cut);
        self.deadlocked += u64::from(run.deadlocked);
        self.waited += u64::from(run.steps.iter().any(|step| step.blocked_by.is_some()));
        for mark in &inspection.marks {
            *self.marks.entry(mark).or_default() += 1;
        }
        if inspection.broken.is_some() {
            self.broken += 1;
            let length = |token: &Token| (token.0.len(), token.switches());
            let shorter = |(shortest, _): &(Token, String)| length(&run.token) < length(shortest);
            if self.shortest.as_ref().is_none_or(shorter) {
                self.shortest = Some((run.token.clone(), inspection.state.clone()));
            }
        }
        self.remember(run);
        let state = self
            .states
            .entry((inspection.state, inspection.broken))
            .or_insert((0, true));
        state.0 += 1;
        state.1 &= cut;
    }

    /// Keeps the schedule if there is more to be seen in it than in those before.
    fn remember(&mut self, run: &Run) {
        let trouble = |step: &Step| step.blocked_by.is_some() || step.failed || step.attempt > 1;
        let rank = (
            !run.steps.iter().any(trouble),
            run.steps.len(),
            std::cmp::Reverse(run.token.switches()),
        );
        if self
            .instructive
            .as_ref()
            .is_none_or(|(most, _)| rank < *most)
        {
            self.instructive = Some((rank, run.token.clone()));
        }
    }

    /// The choices of the schedule in which most is to be seen.
    pub(super) fn instructive(&mut self) -> Option<Token> {
        self.instructive.take().map(|(_, token)| token)
    }

    /// The marks with their counts.
    pub(super) fn marks(&self) -> Vec<(&'static str, u64)> {
        self.marks
            .iter()
            .map(|(mark, count)| (*mark, *count))
            .collect()
    }

    /// The final states, the most frequent first.
    pub(super) fn final_states(&self) -> Vec<FinalState> {
        let mut states: Vec<FinalState> = self
            .states
            .iter()
            .map(|((state, broken), (count, cut))| FinalState {
                state: state.clone(),
                broken: broken.clone(),
                cut: *cut,
                count: *count,
            })
            .collect();
        states.sort_by_key(|state| std::cmp::Reverse(state.count));
        states
    }
}
