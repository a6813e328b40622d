//! Coming to rest: every session is stopped, has ended, or waits for one that rests.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::Scheduler;
use crate::db::Backend;
use crate::db::blocked::{Explorable, Suspect, Wait};
use crate::explore::Token;
use crate::explore::error::ExploreError;
use crate::explore::participant::{Activity, Participant};

/// The longest pause between two questions.
const LATER: Duration = Duration::from_millis(10);

/// How long after it was let go a session has surely looked for a deadlock, on a machine that is
/// not too busy. Whoever looks later may be the victim of a circle that another one closes; such
/// a schedule is run again.
const LOOKED: Duration = Duration::from_millis(5);

/// Whether a session that waits, and holds what others may come to wait for, may still find
/// that it is in a deadlock, although it was not when it began to wait.
fn has_not_looked(participant: &Participant, kind: Backend) -> bool {
    matches!(participant.activity, Activity::Waits(_))
        && participant.transaction.holds_locks(kind)
        && participant.resumed_at.elapsed() < LOOKED
}

impl<C: Explorable> Scheduler<C> {
    /// Waits until everything rests and somebody can go on, or all have ended.
    ///
    /// # Errors
    /// Nothing moves for longer than the patience allows, or the database does not answer.
    pub(super) fn settle(&mut self) -> Result<(), ExploreError> {
        let deadline = Instant::now() + self.rules.patience;
        let (soon, longest) = (self.observer.soon(), LATER.max(self.observer.soon()));
        let mut pause = self.until_it_is_worth_asking();
        loop {
            let running = self.count(|activity| *activity == Activity::Running);
            if running > 0 {
                if let Some(event) = self.queue.take_within(running, pause) {
                    self.handle(event);
                    continue;
                }
                let is_long = pause >= longest;
                pause = (pause * 2).clamp(soon, longest);
                // It cannot wait in the database, or only before what is no step.
                let computes = |participant: &Participant| participant.is_in_its_own_code();
                if !is_long && self.participants.iter().any(computes) {
                    continue;
                }
            }
            if self.rests()? && self.has_its_say() {
                return Ok(());
            }
            self.take_for_waiting();
            if self.is_hung() {
                self.hung = Some(self.who_hangs());
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(self.stuck());
            }
            if !self.anybody(|activity| *activity == Activity::Running) && self.ahead().is_none() {
                // Everybody waits, and the database has not made up its mind yet.
                if let Some(event) = self.queue.take_within(1, pause) {
                    self.handle(event);
                }
                pause = (pause * 2).clamp(soon, longest);
            }
        }
    }

    /// How long to wait for whoever was let go last, before the database is asked about them. What
    /// has gone on without being let go may have done so a while ago.
    fn until_it_is_worth_asking(&self) -> Duration {
        let running = |participant: &&Participant| participant.activity == Activity::Running;
        let running = self.participants.iter().filter(running);
        let last = running.map(|participant| participant.resumed_at).max();
        let since = last.map_or(Duration::ZERO, |last| last.elapsed());
        self.observer.soon().saturating_sub(since)
    }

    pub(super) fn anybody(&self, what: impl Fn(&Activity) -> bool) -> bool {
        self.participants
            .iter()
            .any(|participant| what(&participant.activity))
    }

    fn count(&self, what: impl Fn(&Activity) -> bool) -> usize {
        let participants = self.participants.iter();
        participants
            .filter(|participant| what(&participant.activity))
            .count()
    }

    /// Whether the scheduler is the one who decides what happens next: a session that was to go
    /// on without asking, and rests instead, must ask from now on.
    fn has_its_say(&self) -> bool {
        self.ahead().is_some() || self.queue.hold_all()
    }

    /// Whether everything rests, after asking the database where that has to be known.
    fn rests(&mut self) -> Result<bool, ExploreError> {
        let running = self.anybody(|activity| *activity == Activity::Running);
        let waiting = self.anybody(|activity| matches!(activity, Activity::Waits(_)));
        if running || waiting && !self.calm {
            let waits = self.ask()?;
            let mut handled = false;
            // What comes after the word of a session that goes on is about a later step.
            while self.ahead().is_none()
                && let Some(event) = self.queue.take()
            {
                self.handle(event);
                handled = true;
            }
            // The answer may be older than what was heard.
            if handled {
                return Ok(false);
            }
            self.stop_inside(&waits);
            self.believe(&waits);
        }
        let has_not_looked = |participant: &Participant| has_not_looked(participant, self.kind);
        if self.is_victim_when_closing_cycle && self.participants.iter().any(has_not_looked) {
            return Ok(false);
        }
        let movable = self.anybody(|activity| matches!(activity, Activity::Stopped(_)));
        let over = self.participants.iter().all(Participant::has_ended);
        Ok(!self.anybody(|activity| *activity == Activity::Running) && (movable || over))
    }

    fn ask(&mut self) -> Result<Vec<Wait>, ExploreError> {
        let suspects: Vec<Suspect> = self
            .participants
            .iter()
            .filter(|participant| participant.is_away())
            .map(|participant| Suspect {
                id: participant.connection_info.id,
                statement: self.statement_of(participant).unwrap_or_default(),
            })
            .collect();
        self.observer
            .waits(&suspects, self.is_to_be_exact())
            .map_err(|error| ExploreError::Waits(error.to_string()))
    }

    fn is_to_be_exact(&self) -> bool {
        self.exactly || self.hung_since.is_some() || self.may_have_let_one_go()
    }

    /// Whether somebody who waited before the last step may go on now, and only has not noticed
    /// yet. A statement that is not over has given nothing back, but may have closed a circle, of
    /// which another one is the victim.
    fn may_have_let_one_go(&self) -> bool {
        let last = self.steps.len().checked_sub(1);
        let is_over = !self
            .participants
            .iter()
            .any(|participant| participant.step == last);
        self.participants
            .iter()
            .filter(|participant| participant.is_away())
            .filter(|participant| participant.step.is_some() && participant.step != last)
            .any(|participant| is_over || participant.transaction.holds_locks(self.kind))
    }

    /// Takes sessions for waiting that wait for one that rests, directly or through others.
    /// Those that wait for each other do not: the database is about to abort one.
    fn believe(&mut self, waits: &[Wait]) {
        let number = |id: i64| {
            self.participants
                .iter()
                .position(|participant| participant.has(id))
        };
        let edges: Vec<(usize, Option<Vec<usize>>)> = waits
            .iter()
            .filter_map(|wait| {
                let holders = wait
                    .holders
                    .as_ref()
                    .map(|ids| ids.iter().filter_map(|id| number(*id)).collect());
                Some((number(wait.waiter)?, holders))
            })
            .collect();
        let mut rests: Vec<bool> = self
            .participants
            .iter()
            .map(|participant| !participant.is_away())
            .collect();
        loop {
            let found = edges.iter().find(|(waiter, holders)| {
                !rests[*waiter]
                    && match holders {
                        Some(holders) => holders.iter().any(|holder| rests[*holder]),
                        None => rests.iter().any(|rests| *rests),
                    }
            });
            let Some((waiter, _)) = found else { break };
            rests[*waiter] = true;
        }
        for (session, participant) in self.participants.iter_mut().enumerate() {
            if !participant.is_away() {
                continue;
            }
            let edge = edges.iter().find(|(waiter, _)| *waiter == session);
            participant.activity = match edge {
                Some((_, holders)) if rests[session] => {
                    if let Some(step) = participant.step {
                        let blocked = self.steps[step].blocked_by.get_or_insert_default();
                        blocked.extend(holders.iter().flatten().map(|holder| holder + 1));
                        blocked.sort_unstable();
                        blocked.dedup();
                    }
                    Activity::Waits(holders.clone())
                }
                _ => Activity::Running,
            };
        }
    }

    pub(super) fn statement_of(&self, participant: &Participant) -> Option<String> {
        Some(self.steps[participant.step?].statement())
    }

    /// What each session was doing when nothing moved any more.
    fn stuck(&self) -> ExploreError {
        let activity = |participant: &Participant| {
            let statement = self.statement_of(participant);
            match (&participant.activity, statement) {
                (Activity::Stopped(statement), _) => format!("about to send {statement}"),
                (Activity::Ended(_), _) => "ended".to_owned(),
                (Activity::WantsLock(name), _) => format!("waiting for the lock of {name}"),
                (Activity::Waits(_), Some(statement)) => format!("waiting in {statement}"),
                (Activity::Running | Activity::Quiet, Some(statement))
                    if participant.answered.load(Relaxed) =>
                {
                    format!("in its own code, after {statement}")
                }
                (Activity::Running | Activity::Quiet, Some(statement)) => {
                    format!("waiting for the answer to {statement}")
                }
                (_, None) => "in its own code, before its first statement".to_owned(),
            }
        };
        let so_far = self.steps.iter().map(|step| step.session).collect();
        ExploreError::Stuck {
            patience: self.rules.patience,
            doing: self.participants.iter().map(activity).collect(),
            so_far: Token(so_far).to_string(),
        }
    }
}
