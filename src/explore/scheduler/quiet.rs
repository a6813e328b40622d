//! Sessions that are quiet in their own code: they wait for a lock of the program's, or of somebody
//! else's, or they think, or sleep. Nobody can be asked; only time can tell.
//!
//! A session that has been quiet for a while is taken to wait for another one, which goes on. Then
//! the schedule is run once more, with twice the patience. A session that waits is quiet at the same
//! places, and for longer, since the other one goes on later; one that sleeps comes back when it did
//! before. One that comes back before another has gone on was slow, and the schedule is run again,
//! with more patience for good.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::{Run, Scheduler};
use crate::db::blocked::Explorable;
use crate::explore::messages::Command;
use crate::explore::participant::{Activity, Participant};

/// How long a session may be quiet, as long as little is known of how fast they are.
const AT_FIRST: Duration = Duration::from_secs(3);

/// The same at least, and at most, once more is known.
const LEAST: Duration = Duration::from_millis(100);
const MOST: Duration = AT_FIRST;

/// So many times as long as the slowest was seen to take.
const TIMES: u32 = 20;

/// How much shorter it is for one that has been quiet already, after another's step: what would let
/// it go on has happened or not. One for which that was too short comes back by itself.
const AGAIN: u32 = 5;

/// Times that are measured before they are taken for the rule.
const ENOUGH: u32 = 20;

/// The same for a program that starts and has sent no statement yet.
const AT_START: Duration = Duration::from_secs(4);

/// How much of the time after which nothing moves any more it is at most.
const OF_PATIENCE: f64 = 0.8;

/// How much longer than before a session that waits is quiet, at least, where others go on after
/// twice the time.
const LONGER: f64 = 1.5;

/// A silence.
#[derive(Clone, Debug)]
pub(in crate::explore) struct Silence {
    session: usize,
    /// How many steps each session had made.
    steps: Vec<usize>,
    /// How long it was until the session was heard again.
    lasted: Duration,
}

/// Whether sessions that were quiet `before` have waited, by their silences in a run in which others
/// went on after twice the time.
fn have_waited(before: &[Silence], now: &[Silence]) -> bool {
    before.len() == now.len()
        && before.iter().zip(now).all(|(before, now)| {
            (before.session, &before.steps) == (now.session, &now.steps)
                && now.lasted > before.lasted.mul_f64(LONGER)
        })
}

/// How long sessions may be quiet, and what is known of that.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    /// The longest that a session took from one statement to the next.
    longest: Duration,
    measured: u32,
    doublings: u32,
    /// The silences of the run before, where this one is to show whether sessions wait.
    doubted: Option<Vec<Silence>>,
    /// Where sessions were seen to wait: who, and how many steps each had made.
    believed: BTreeSet<(usize, Vec<usize>)>,
    /// What was noted of the present schedule.
    pub(super) silences: Vec<Silence>,
    /// Whether a session came back by itself.
    pub(super) is_unexplained: bool,
    /// Whether a session was quiet before its first statement.
    pub(super) at_start: bool,
}

impl Quiet {
    /// Forgets the schedule before.
    pub(super) fn begin(&mut self) {
        self.silences.clear();
        (self.is_unexplained, self.at_start) = (false, false);
    }

    /// A session took so long from one statement to the next.
    pub(super) fn measure(&mut self, time: Duration) {
        self.longest = self.longest.max(time);
        self.measured = self.measured.saturating_add(1);
    }

    fn limit(&self, starts: bool, again: bool, patience: Duration) -> Duration {
        // So that twice as long is within it.
        let most = patience.mul_f64(OF_PATIENCE / 2.0);
        let usual = match self.measured {
            0..ENOUGH => AT_FIRST,
            _ => (self.longest * TIMES).clamp(LEAST, MOST),
        };
        let limit = match starts {
            true => AT_START.min(most),
            false => (usual * 2_u32.saturating_pow(self.doublings)).min(most),
        };
        let limit = if again { limit / AGAIN } else { limit };
        limit * if self.doubted.is_some() { 2 } else { 1 }
    }
}

impl<C: Explorable> Scheduler<C> {
    /// Takes sessions for waiting that have been quiet in their own code for too long.
    pub(super) fn take_for_waiting(&mut self) {
        if !self.rules.quiet {
            return;
        }
        // There must be somebody who could go on, or would where others are quiet.
        let others = |participant: &Participant| match participant.activity {
            Activity::Stopped(_) => true,
            Activity::Running => !participant.thinks(),
            _ => false,
        };
        if !self.participants.iter().any(others) {
            return;
        }
        let now = Instant::now();
        let mut steps = vec![0; self.participants.len()];
        for step in &self.steps {
            steps[step.session - 1] += 1;
        }
        for (session, participant) in self.participants.iter_mut().enumerate() {
            if !participant.thinks() {
                participant.thinks_since = None;
                continue;
            }
            let since = *participant.thinks_since.get_or_insert(now);
            let at_start = participant.step.is_none();
            let starts = participant.starts_program && (at_start || participant.begins);
            let again = participant.quiet_since.is_some();
            if now - since < self.quiet.limit(starts, again, self.rules.patience) {
                continue;
            }
            participant.activity = Activity::Quiet;
            participant.quiet_since.get_or_insert(since);
            self.quiet.silences.push(Silence {
                session,
                steps: steps.clone(),
                lasted: Duration::ZERO,
            });
            self.quiet.at_start |= at_start;
            let _ = participant.orders.send(Command::LetOthers);
        }
    }

    /// Another session is about to go on: who was quiet may have waited for that.
    pub(super) fn listen_again(&mut self) {
        let quiet = |activity: &Activity| *activity == Activity::Quiet;
        if !self.anybody(quiet) {
            return;
        }
        // Who has come back before had not.
        while let Some(event) = self.queue.take() {
            self.handle(event);
        }
        for participant in &mut self.participants {
            if quiet(&participant.activity) {
                participant.activity = Activity::Running;
                participant.thinks_since = None;
            }
        }
    }

    /// Takes note of a session that was heard again.
    pub(super) fn hear(&mut self, session: usize, at: Instant) {
        let participant = &mut self.participants[session];
        participant.thinks_since = None;
        self.quiet.is_unexplained |= participant.activity == Activity::Quiet;
        let step = participant.step.map(|step| &self.steps[step]);
        let was_held_up = step.is_none_or(|step| step.blocked_by.is_some());
        match participant.quiet_since.take() {
            Some(since) => {
                let silences = self.quiet.silences.iter_mut();
                silences
                    .filter(|silence| silence.session == session && silence.lasted.is_zero())
                    .for_each(|silence| silence.lasted = at - since);
            }
            None if !was_held_up => self.quiet.measure(at - participant.resumed_at),
            None => {}
        }
    }

    /// Whether a session was quiet in the last schedule before its first statement, and when it may
    /// begin is to be a choice.
    pub(in crate::explore) fn waits_at_start(&self) -> bool {
        self.quiet.at_start
    }

    /// The next run is of another schedule.
    pub(in crate::explore) fn forget_doubts(&mut self) {
        self.quiet.doubted = None;
    }

    /// Whether a run has to be repeated for its silences, with more patience; one that `differed`
    /// from those before has not even shown them.
    pub(in crate::explore) fn doubts(&mut self, run: &Run, differed: bool) -> bool {
        let before = self.quiet.doubted.take();
        let is_bad = match &before {
            _ if run.paused => true,
            _ if differed => before.is_some() || !run.silences.is_empty(),
            Some(before) => !have_waited(before, &run.silences),
            None => false,
        };
        let places = run.silences.iter();
        let mut places = places.map(|silence| (silence.session, silence.steps.clone()));
        if is_bad {
            self.quiet.doublings += 1;
        } else if before.is_some() {
            self.quiet.believed.extend(places);
        } else if !places.all(|place| self.quiet.believed.contains(&place)) {
            self.quiet.doubted = Some(run.silences.clone());
        }
        is_bad || self.quiet.doubted.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[test]
    fn sessions_may_be_quiet_for_many_times_as_long_as_they_take() {
        let mut quiet = Quiet::default();
        assert_eq!(quiet.limit(false, false, PATIENCE), AT_FIRST);
        for milliseconds in 0..ENOUGH {
            quiet.measure(Duration::from_millis(milliseconds.into()));
        }
        assert_eq!(
            quiet.limit(false, false, PATIENCE),
            Duration::from_millis(380)
        );
        let again = quiet.limit(false, true, PATIENCE);
        assert_eq!(again, Duration::from_millis(76));
        quiet.doublings = 1;
        assert_eq!(
            quiet.limit(false, false, PATIENCE),
            Duration::from_millis(760)
        );
        quiet.doublings = 40;
        assert_eq!(quiet.limit(false, false, PATIENCE), Duration::from_secs(4));
        quiet.doubted = Some(Vec::new());
        assert_eq!(quiet.limit(false, false, PATIENCE), Duration::from_secs(8));
        let at_start = Quiet::default().limit(true, false, PATIENCE);
        assert_eq!(at_start, Duration::from_secs(4));
    }

    #[test]
    fn one_that_sleeps_has_not_waited() {
        let silence = |steps, lasted| Silence {
            session: 0,
            steps: vec![1, steps],
            lasted: Duration::from_millis(lasted),
        };
        let before = [silence(1, 300), silence(2, 300)];
        assert!(have_waited(&before, &[silence(1, 590), silence(2, 590)]));
        assert!(!have_waited(&before, &[silence(1, 310), silence(2, 310)]));
        assert!(!have_waited(&before, &[silence(1, 590)]));
        assert!(!have_waited(&before, &[silence(1, 590), silence(3, 590)]));
    }
}
