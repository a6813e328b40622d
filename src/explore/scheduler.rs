//! The stage: the sessions, the scheduler's own connection, and one schedule after the other.

mod decision;
mod events;
mod hung;
mod sessions;
mod settle;
mod timeout;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::atomicity::Instants;
use super::error::ExploreError;
use super::event_queue::Mailbox;
use super::messages::Command;
use super::participant::{Actor, Doing};
use super::search::{Choice, Point, Search};
use super::session::{Casting, Performer};
use super::{Footprint, Statement, Step, Token};
use crate::db::Backend;
use crate::db::blocked::Explorable;

/// What the user knows of what a statement touches.
pub(super) type Footprints = Box<dyn FnMut(&Statement, Option<&Step>) -> Option<Footprint>>;

/// What is shown of the state after each step, by its number from 1.
pub(super) type Watch<'a, C> = &'a mut dyn FnMut(&mut C, usize) -> Option<String>;

/// How the sessions are treated.
pub(super) struct Rules {
    /// How long nothing may move.
    pub(super) patience: Duration,
    /// How long a session that waits is left to give up; `None`: nobody is.
    pub(super) timeouts: Option<Duration>,
    /// Steps after which a schedule is cut off.
    pub(super) longest: usize,
    /// Whether a session that was refused may try again at any time, instead of only once
    /// something has changed.
    pub(super) eager: bool,
    /// Whether plain reads hold nobody up at SERIALIZABLE either.
    pub(super) multiversion: bool,
    /// Whether what statements touch is of interest.
    pub(super) pruning: bool,
    /// Whether a repeated schedule need only send the same statements, whatever values are in
    /// them.
    pub(super) by_shape: bool,
    /// Whether to ask about those who wait after every step, and not only where the step may have
    /// let one of them go on.
    pub(super) sure: bool,
}

/// The sessions and the scheduler's own connection.
pub(super) struct Stage<C> {
    rules: Rules,
    footprints: Option<Footprints>,
    casting: Arc<Casting<C>>,
    actors: Vec<Actor>,
    /// Each is closed when a session's thread ends.
    threads: Vec<Receiver<()>>,
    mailbox: Arc<Mailbox>,
    pub(super) observer: C,
    kind: Backend,
    is_victim_when_closing_cycle: bool,
    /// Who holds which lock of this process's.
    locks: BTreeMap<String, Vec<usize>>,
    steps: Vec<Step>,
    deadlocked: bool,
    raced: bool,
    /// Whether the last step cannot have let anybody go on who waited before it.
    calm: bool,
    /// Whether to ask for whom each of them waits, however long that takes.
    exactly: bool,
    /// Since when nobody can go on any more.
    hopeless_since: Option<Instant>,
    /// Who waits for ever, in a sentence.
    hung: Option<String>,
    /// Sessions that did not give up in these statements.
    patient: BTreeSet<(usize, String)>,
    /// Whether a session has set itself a limit to waiting.
    limited: bool,
    /// What was taken for an instant, in all schedules.
    pub(super) instants: Instants,
}

/// What happened in a schedule.
pub(super) struct Run {
    pub(super) token: Token,
    pub(super) steps: Vec<Step>,
    pub(super) endings: Vec<Result<String, String>>,
    /// It was run to its end, but is to be forgotten.
    pub(super) forgotten: bool,
    /// It was longer than allowed.
    pub(super) cut: bool,
    /// The database aborted a session because of a deadlock.
    pub(super) deadlocked: bool,
    /// The victim of the deadlock depended on the time.
    pub(super) raced: bool,
    /// Who waits for ever, in a sentence.
    pub(super) hung: Option<String>,
    /// A session has left its transaction open.
    pub(super) left_open: bool,
}

impl<C: Explorable> Stage<C> {
    /// Connects everybody.
    pub(super) fn new(
        casting: Casting<C>,
        performers: Vec<Performer<C>>,
        footprints: Option<Footprints>,
        rules: Rules,
    ) -> Result<Self, ExploreError> {
        let observer = (casting.connect)().map_err(ExploreError::Connect)?;
        let mut stage = Self {
            rules,
            footprints,
            casting: Arc::new(casting),
            actors: Vec::new(),
            threads: Vec::new(),
            mailbox: Arc::default(),
            kind: observer.kind(),
            observer,
            is_victim_when_closing_cycle: false,
            locks: BTreeMap::new(),
            steps: Vec::new(),
            deadlocked: false,
            raced: false,
            calm: false,
            exactly: false,
            hopeless_since: None,
            hung: None,
            patient: BTreeSet::new(),
            limited: false,
            instants: Instants::default(),
        };
        for performer in performers {
            let session = stage.actors.len();
            let (actor, thread) = stage.enter(session, performer)?;
            stage.actors.push(actor);
            stage.threads.push(thread);
        }
        Ok(stage)
    }

    /// Runs one schedule as `search` decides.
    pub(super) fn play(
        &mut self,
        search: &mut dyn Search,
        mut watch: Option<Watch<'_, C>>,
    ) -> Result<Run, ExploreError> {
        // Who waits for whom is of interest where somebody will look at the schedule.
        self.exactly = self.rules.sure || watch.is_some();
        self.begin()?;
        let mut token = Vec::new();
        let mut last = None;
        let mut forgotten = false;
        let mut cut = false;
        loop {
            self.settle()?;
            self.raced |= self.was_overtaken();
            let number = self.steps.len();
            if let (Some(watch), Some(step)) = (watch.as_mut(), self.steps.last_mut()) {
                step.state_after = watch(&mut self.observer, number);
            }
            if self.actors.iter().all(Actor::has_ended) || self.hung.is_some() {
                break;
            }
            if token.len() >= self.rules.longest {
                cut = true;
                break;
            }
            let point = self.point(last);
            let choice = if forgotten {
                Choice::Forget
            } else {
                search.choose(&point)
            };
            forgotten = choice == Choice::Forget;
            let session = match (self.ahead(), choice) {
                (Some(ahead), Choice::Go(chosen)) if chosen != ahead => {
                    return Err(ExploreError::Unforeseen(ahead + 1));
                }
                (Some(ahead), _) => ahead,
                (None, Choice::Go(chosen)) => chosen,
                (None, Choice::Forget) => point.enabled[0].session,
            };
            token.push(session + 1);
            last = Some(session);
            if self.ahead().is_none() && !forgotten && watch.is_none() && self.is_alone(&point) {
                let further = search.goes_on(session);
                let most = self.rules.longest - token.len();
                self.mailbox.free(session, further.min(most));
            }
            if !matches!(self.actors[session].doing, Doing::Waits(_)) {
                self.let_go(session);
            } else if !self.let_give_up(session) {
                // There is no such schedule.
                token.pop();
                forgotten = true;
            }
        }
        let endings = self.endings();
        self.dismiss()?;
        Ok(Run {
            token: Token(token),
            steps: std::mem::take(&mut self.steps),
            endings,
            hung: self.hung.take(),
            left_open: self.actors.iter().any(|actor| actor.left_open),
            forgotten,
            cut,
            deadlocked: self.deadlocked,
            raced: self.raced,
        })
    }

    /// Who has gone on already with the statement at its gate.
    fn ahead(&self) -> Option<usize> {
        self.actors.iter().position(|actor| actor.ahead)
    }

    /// Whether whoever is chosen at `point` is the only one that moves until another is chosen:
    /// the others stand at their gates, where they can be chosen at any time, or have ended.
    fn is_alone(&self, point: &Point) -> bool {
        let ended = self.actors.iter().filter(|actor| actor.has_ended()).count();
        point.at_gates().count() + ended == self.actors.len()
    }

    fn begin(&mut self) -> Result<(), ExploreError> {
        self.wait_for_new_connections()?;
        self.steps.clear();
        self.locks.clear();
        self.deadlocked = false;
        self.raced = false;
        self.hopeless_since = None;
        for actor in &mut self.actors {
            actor.restart();
            // A thread that is gone is noticed when nothing moves.
            let _ = actor.orders.send(Command::Start);
        }
        Ok(())
    }

    /// Lets a session go on with the statement that it waits to send.
    fn let_go(&mut self, session: usize) {
        let others = self.changes_of_others(session);
        let actor = &mut self.actors[session];
        let Doing::AtGate(statement) = std::mem::replace(&mut actor.doing, Doing::Running) else {
            return;
        };
        if actor.fresh {
            actor.others_at_beginning = others;
            actor.fresh = false;
            actor.refused = false;
        }
        self.limited |= sets_a_limit(&statement.sql);
        self.calm = false;
        actor.step = Some(self.steps.len());
        self.steps.push(Step {
            session: session + 1,
            attempt: actor.attempt,
            sql: statement.sql,
            binds: statement.binds,
            result: None,
            code: None,
            failed: false,
            blocked_by: None,
            blocked_until: None,
            state_after: None,
        });
        actor.let_go = Instant::now();
        if std::mem::take(&mut actor.ahead) {
            return;
        }
        actor.answered.store(false, Relaxed);
        // A thread that is gone is noticed when nothing moves.
        let _ = actor.orders.send(Command::Go);
    }

    fn changes_of_others(&self, session: usize) -> u64 {
        let total: u64 = self.actors.iter().map(|actor| actor.changes).sum();
        total - self.actors[session].changes
    }

    /// A session that never came to its gate.
    pub(super) fn silent(&self) -> Option<usize> {
        self.actors.iter().position(|actor| !actor.seen)
    }
}

/// Whether a statement sets a limit to waiting: `SET lock_timeout`, `GET_LOCK(name, seconds)`.
fn sets_a_limit(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    sql.contains("_timeout") || sql.contains("get_lock(")
}
