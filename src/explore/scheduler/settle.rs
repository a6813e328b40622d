//! Coming to rest: every session is at its gate, has ended, or waits for one that rests.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::Stage;
use crate::db::blocked::{Explorable, Suspect, Wait};
use crate::explore::error::ExploreError;
use crate::explore::participant::{Actor, Doing};
use crate::explore::{Statement, Token};

/// The longest pause between two questions.
const LATER: Duration = Duration::from_millis(10);

/// How long after it was let go a session has surely looked for a deadlock, on a machine that is
/// not too busy. Whoever looks later may be the victim of a circle that another one closes; such
/// a schedule is run again.
const LOOKED: Duration = Duration::from_millis(5);

/// Whether a session that waits, and holds what others may come to wait for, may still find
/// that it is in a deadlock, although it was not when it began to wait.
fn has_not_looked(actor: &Actor) -> bool {
    matches!(actor.doing, Doing::Waits(_))
        && actor.transaction.holds_locks()
        && actor.let_go.elapsed() < LOOKED
}

impl<C: Explorable> Stage<C> {
    /// Waits until everything rests and somebody can go on, or all have ended.
    ///
    /// # Errors
    /// Nothing moves for longer than the patience allows, or the database does not answer.
    pub(super) fn settle(&mut self) -> Result<(), ExploreError> {
        let deadline = Instant::now() + self.rules.patience;
        let mut pause = self.observer.soon();
        loop {
            let running = self.count(|doing| *doing == Doing::Running);
            if running > 0 {
                if let Some(event) = self.mailbox.take_within(running, pause) {
                    self.hear(event);
                    continue;
                }
                pause = (pause * 2).min(LATER.max(self.observer.soon()));
            }
            if self.rests()? && self.has_its_say() {
                return Ok(());
            }
            if self.is_hopeless() {
                self.hung = Some(self.who_waits_for_ever());
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(self.stuck());
            }
            if !self.anybody(|doing| *doing == Doing::Running) && self.ahead().is_none() {
                // Everybody waits, and the database has not made up its mind yet.
                if let Some(event) = self.mailbox.take_within(1, pause) {
                    self.hear(event);
                }
                pause = (pause * 2).min(LATER.max(self.observer.soon()));
            }
        }
    }

    pub(super) fn anybody(&self, what: impl Fn(&Doing) -> bool) -> bool {
        self.actors.iter().any(|actor| what(&actor.doing))
    }

    fn count(&self, what: impl Fn(&Doing) -> bool) -> usize {
        let actors = self.actors.iter();
        actors.filter(|actor| what(&actor.doing)).count()
    }

    /// Whether the scheduler is the one who decides what happens next: a session that was to go
    /// on without asking, and rests instead, must ask from now on.
    fn has_its_say(&self) -> bool {
        self.ahead().is_some() || self.mailbox.hold_all()
    }

    /// Whether everything rests, after asking the database where that has to be known.
    fn rests(&mut self) -> Result<bool, ExploreError> {
        let running = self.anybody(|doing| *doing == Doing::Running);
        let waiting = self.anybody(|doing| matches!(doing, Doing::Waits(_)));
        if running || waiting && !self.calm {
            let waits = self.ask()?;
            let mut heard = false;
            // What comes after the word of a session that goes on is about a later step.
            while self.ahead().is_none()
                && let Some(event) = self.mailbox.take()
            {
                self.hear(event);
                heard = true;
            }
            // The answer may be older than what was heard.
            if heard {
                return Ok(false);
            }
            self.believe(&waits);
        }
        if self.is_victim_when_closing_cycle && self.actors.iter().any(has_not_looked) {
            return Ok(false);
        }
        let movable = self.anybody(|doing| matches!(doing, Doing::AtGate(_)));
        let over = self.actors.iter().all(Actor::has_ended);
        Ok(!self.anybody(|doing| *doing == Doing::Running) && (movable || over))
    }

    fn ask(&mut self) -> Result<Vec<Wait>, ExploreError> {
        let suspects: Vec<Suspect> = self
            .actors
            .iter()
            .filter(|actor| actor.is_away())
            .map(|actor| Suspect {
                id: actor.introduction.id,
                statement: self.statement_of(actor).unwrap_or_default(),
            })
            .collect();
        self.observer
            .waits(&suspects, self.is_to_be_exact())
            .map_err(|error| ExploreError::Waits(error.to_string()))
    }

    fn is_to_be_exact(&self) -> bool {
        self.exactly || self.hopeless_since.is_some() || self.may_have_let_one_go()
    }

    /// Whether somebody who waited before the last step may go on now, and only has not noticed
    /// yet. A statement that is not over has given nothing back, but may have closed a circle, of
    /// which another one is the victim.
    fn may_have_let_one_go(&self) -> bool {
        let last = self.steps.len().checked_sub(1);
        let is_over = !self.actors.iter().any(|actor| actor.step == last);
        self.actors
            .iter()
            .filter(|actor| actor.is_away())
            .filter(|actor| actor.step.is_some() && actor.step != last)
            .any(|actor| is_over || actor.transaction.holds_locks())
    }

    /// Takes sessions for waiting that wait for one that rests, directly or through others.
    /// Those that wait for each other do not: the database is about to abort one.
    fn believe(&mut self, waits: &[Wait]) {
        let number = |id: i64| self.actors.iter().position(|actor| actor.has(id));
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
        let mut rests: Vec<bool> = self.actors.iter().map(|actor| !actor.is_away()).collect();
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
        for (session, actor) in self.actors.iter_mut().enumerate() {
            if !actor.is_away() {
                continue;
            }
            let edge = edges.iter().find(|(waiter, _)| *waiter == session);
            actor.doing = match edge {
                Some((_, holders)) if rests[session] => {
                    if let Some(step) = actor.step {
                        let blocked = self.steps[step].blocked_by.get_or_insert_default();
                        blocked.extend(holders.iter().flatten().map(|holder| holder + 1));
                        blocked.sort_unstable();
                        blocked.dedup();
                    }
                    Doing::Waits(holders.clone())
                }
                _ => Doing::Running,
            };
        }
    }

    pub(super) fn statement_of(&self, actor: &Actor) -> Option<String> {
        let step = &self.steps[actor.step?];
        let statement = Statement {
            sql: step.sql.clone(),
            binds: step.binds.clone(),
        };
        Some(statement.with_values())
    }

    /// What each session was doing when nothing moved any more.
    fn stuck(&self) -> ExploreError {
        let doing = |actor: &Actor| {
            let statement = self.statement_of(actor);
            match (&actor.doing, statement) {
                (Doing::AtGate(statement), _) => format!("about to send {statement}"),
                (Doing::Ended(_), _) => "ended".to_owned(),
                (Doing::WantsLock(name), _) => format!("waiting for the lock of {name}"),
                (Doing::Waits(_), Some(statement)) => format!("waiting in {statement}"),
                (Doing::Running, Some(statement)) if actor.answered.load(Relaxed) => {
                    format!("in its own code, after {statement}")
                }
                (Doing::Running, Some(statement)) => {
                    format!("waiting for the answer to {statement}")
                }
                (_, None) => "in its own code, before its first statement".to_owned(),
            }
        };
        let so_far = self.steps.iter().map(|step| step.session).collect();
        ExploreError::Stuck {
            patience: self.rules.patience,
            doing: self.actors.iter().map(doing).collect(),
            so_far: Token(so_far).to_string(),
        }
    }
}
