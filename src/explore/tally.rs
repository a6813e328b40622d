//! Counting schedules, and keeping the shortest that went wrong.

use std::collections::BTreeMap;

use super::history::endings_in_words;
use super::result::{FinalState, Inspection};
use super::scheduler::Run;
use super::{End, History, State, Step, Token};

/// How much is to be seen in a schedule, the least first: whether nobody waited, was refused or
/// tried again; then its length; then how many switches it lacks. The shortest one with trouble
/// in it is what explains a strategy best.
type Rank = (bool, usize, std::cmp::Reverse<usize>);

/// What was seen of a run.
pub(super) struct RunOutcome<S> {
    /// With what it ended.
    pub(super) end: End<S>,
    /// The state after each step, where it was watched.
    pub(super) states: Vec<Option<S>>,
    /// What was found; its state has become the end.
    pub(super) found: Inspection<S>,
}

/// Why a run is not counted as a schedule of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Uncounted {
    /// It is equivalent to one that is.
    Equivalent,
    /// It is run again: the time decided which session was a deadlock's victim, or came first.
    Raced,
    /// It is run again, with more patience: a session was quiet in its own code.
    Paused,
    /// It is run again: the same choices led somewhere else.
    Diverged,
}

/// The counts of an exploration.
pub(super) struct Tally<S> {
    pub(super) runs: u64,
    pub(super) repetitions: u64,
    pub(super) divergences: u64,
    pub(super) stray_broken: u64,
    pub(super) schedules: u64,
    pub(super) cut: u64,
    pub(super) broken: u64,
    pub(super) hung: u64,
    pub(super) left_open: u64,
    pub(super) deadlocked: u64,
    pub(super) waited: u64,
    pub(super) waited_in_code: u64,
    pub(super) paused: u64,
    /// Whether a session was between two of its statements when another sent one.
    pub(super) overlapped: bool,
    /// Whether a session has met a time limit of its own while it waited.
    pub(super) gave_up_waiting: bool,
    marks: BTreeMap<&'static str, u64>,
    ends: BTreeMap<(End<S>, Option<String>), (u64, bool)>,
    /// The shortest broken schedule; and the shortest broken run that is not counted as one.
    shortest: Option<History<S>>,
    stray: Option<History<S>>,
    /// The choices of the schedule in which most is to be seen, and what made it so.
    instructive: Option<(Rank, Token)>,
}

impl<S> Default for Tally<S> {
    fn default() -> Self {
        Self {
            runs: 0,
            repetitions: 0,
            divergences: 0,
            stray_broken: 0,
            schedules: 0,
            cut: 0,
            broken: 0,
            hung: 0,
            left_open: 0,
            deadlocked: 0,
            waited: 0,
            waited_in_code: 0,
            paused: 0,
            overlapped: false,
            gave_up_waiting: false,
            marks: BTreeMap::new(),
            ends: BTreeMap::new(),
            shortest: None,
            stray: None,
            instructive: None,
        }
    }
}

impl<S: State> Tally<S> {
    /// Counts a schedule.
    pub(super) fn count(&mut self, run: &Run, outcome: RunOutcome<S>) {
        let cut = run.cut || outcome.found.cut;
        self.notice(run);
        self.schedules += 1;
        self.cut += u64::from(cut);
        self.hung += u64::from(run.hung.is_some());
        self.deadlocked += u64::from(run.deadlocked);
        self.waited += u64::from(run.steps.iter().any(|step| step.blocked_by.is_some()));
        self.waited_in_code += u64::from(!run.silences.is_empty());
        self.paused += u64::from(run.paused);
        for mark in &outcome.found.marks {
            *self.marks.entry(mark).or_default() += 1;
        }
        if outcome.found.broken.is_some() {
            self.broken += 1;
            keep_shorter(&mut self.shortest, run, &outcome);
        }
        self.remember(run);
        let end = (self.ends)
            .entry((outcome.end, outcome.found.broken))
            .or_insert((0, true));
        end.0 += 1;
        end.1 &= cut;
    }

    /// Counts a run that is not counted as a schedule: what it has left is evidence all the same.
    pub(super) fn count_stray(&mut self, run: &Run, outcome: &RunOutcome<S>, why: Uncounted) {
        self.notice(run);
        self.repetitions += u64::from(why != Uncounted::Equivalent);
        self.divergences += u64::from(why == Uncounted::Diverged);
        if outcome.found.broken.is_some() {
            self.stray_broken += 1;
            keep_shorter(&mut self.stray, run, outcome);
        }
    }

    fn notice(&mut self, run: &Run) {
        self.runs += 1;
        self.left_open += u64::from(run.left_open);
        let sent = |session: usize| run.steps.iter().filter(move |step| step.session == session);
        let sessions = 1..=run.endings.len();
        self.overlapped |= sessions
            .clone()
            .any(|session| sent(session).nth(1).is_some());
        self.gave_up_waiting |= run
            .steps
            .iter()
            .any(|step| step.blocked_by.is_some() && step.failed && step.ran_out_of_time());
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

    /// The choices of the shortest broken schedule so far.
    pub(super) fn shortest(&self) -> Option<&Token> {
        self.shortest.as_ref().map(|history| &history.replay)
    }

    /// The shortest that went wrong: a schedule, or else a run that is not counted as one.
    pub(super) fn wrong(&mut self) -> Option<History<S>> {
        self.shortest.take().or_else(|| self.stray.take())
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

    /// The final states, the most frequent first; as many of each by their words.
    pub(super) fn final_states(&self) -> Vec<FinalState<S>> {
        let mut states: Vec<FinalState<S>> = self
            .ends
            .iter()
            .map(|((end, broken), (count, cut))| FinalState {
                state: end.clone(),
                broken: broken.clone(),
                cut: *cut,
                count: *count,
            })
            .collect();
        states.sort_by_cached_key(|state| {
            let words = (state.state.to_string(), state.broken.clone());
            (std::cmp::Reverse(state.count), words)
        });
        states
    }
}

impl<S: Clone> RunOutcome<S> {
    /// What happened in the run.
    pub(super) fn history(&self, run: &Run) -> History<S> {
        History {
            replay: run.token.clone(),
            steps: run.steps.clone(),
            states: self.states.clone(),
            endings: endings_in_words(&run.endings),
            state: self.end.clone(),
            broken: self.found.broken.clone(),
            fell_back: Vec::new(),
        }
    }
}

fn keep_shorter<S: State>(shortest: &mut Option<History<S>>, run: &Run, outcome: &RunOutcome<S>) {
    let length = |token: &Token| (token.0.len(), token.switches());
    let shorter = |kept: &History<S>| length(&run.token) < length(&kept.replay);
    if shortest.as_ref().is_none_or(shorter) {
        *shortest = Some(outcome.history(run));
    }
}
