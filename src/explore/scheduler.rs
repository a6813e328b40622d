//! Leads the sessions through one schedule after the other.

mod decision;
mod events;
mod hung;
mod inside;
mod quiet;
mod resume;
mod sessions;
mod settle;
mod timeout;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use self::inside::make_gates;
use self::quiet::Quiet;
pub(super) use self::quiet::Silence;
use super::atomicity::AssumedAtomic;
use super::error::ExploreError;
use super::event_queue::EventQueue;
use super::inside::Inside;
use super::messages::Command;
use super::participant::{Activity, Participant};
use super::search::{Choice, Search};
use super::session::{ConnectionPolicy, SessionBody};
use super::strictness::Strictness;
use super::{Footprint, Statement, Step, Token};
use crate::db::Backend;
use crate::db::blocked::Explorable;

/// What the user knows of what a statement touches.
pub(super) type Footprints = Box<dyn FnMut(&Statement, Option<&Step>) -> Option<Footprint>>;

/// Says how strict the database is with the transactions of sessions elsewhere, at the most.
pub(super) type AskStrictness = Box<dyn Fn() -> Strictness>;

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
    /// `None`: as strict as it can be.
    pub(super) strictness: Option<AskStrictness>,
    /// Whether a repeated schedule need only send the same statements, whatever values are in
    /// them.
    pub(super) by_shape: bool,
    /// Whether a session that has been quiet in its own code is taken to wait for another.
    pub(super) quiet: bool,
    /// Whether to begin is a step, too, of a session that is driven from outside.
    pub(super) starts_are_steps: bool,
    /// Which statements are stopped inside, too.
    pub(super) inside: Inside,
    /// Whether the tables are still to be readied for that.
    pub(super) makes_gates: bool,
    /// Whether to ask about those who wait after every step, and not only where the step may have
    /// let one of them go on.
    pub(super) sure: bool,
}

/// The sessions and the scheduler's own connection.
pub(super) struct Scheduler<C: Explorable> {
    rules: Rules,
    footprints: Option<Footprints>,
    policy: Arc<ConnectionPolicy<C>>,
    participants: Vec<Participant>,
    /// Each is closed when a session's thread ends.
    threads: Vec<Receiver<()>>,
    queue: Arc<EventQueue>,
    pub(super) observer: C,
    /// The database's number for the observer's session, for which those wait who are inside.
    gatekeeper: i64,
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
    hung_since: Option<Instant>,
    /// Who waits for ever, in a sentence.
    hung: Option<String>,
    /// Sessions that did not give up in these statements.
    patient: BTreeSet<(usize, String)>,
    /// Whether a session has set itself a limit to waiting.
    limited: bool,
    quiet: Quiet,
    /// What was taken for an instant, in all schedules.
    pub(super) instants: AssumedAtomic,
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
    /// Sessions that were taken to wait for others in their own code.
    pub(super) silences: Vec<Silence>,
    /// One of them went on by itself.
    pub(super) paused: bool,
}

impl<C: Explorable> Scheduler<C> {
    /// Connects everybody.
    pub(super) fn new(
        policy: ConnectionPolicy<C>,
        bodies: Vec<SessionBody<C>>,
        footprints: Option<Footprints>,
        rules: Rules,
    ) -> Result<Self, ExploreError> {
        let mut observer = (policy.connect)().map_err(ExploreError::Connect)?;
        let gatekeeper = match rules.inside {
            Inside::Off => Ok(0),
            _ => observer.session_id(),
        };
        let gatekeeper = gatekeeper.map_err(|error| ExploreError::Connect(error.to_string()))?;
        if rules.makes_gates {
            make_gates(&mut observer)?;
        }
        let mut scheduler = Self {
            rules,
            footprints,
            policy: Arc::new(policy),
            participants: Vec::new(),
            threads: Vec::new(),
            queue: Arc::default(),
            kind: observer.kind(),
            observer,
            gatekeeper,
            is_victim_when_closing_cycle: false,
            locks: BTreeMap::new(),
            steps: Vec::new(),
            deadlocked: false,
            raced: false,
            calm: false,
            exactly: false,
            hung_since: None,
            hung: None,
            patient: BTreeSet::new(),
            limited: false,
            quiet: Quiet::default(),
            instants: AssumedAtomic::default(),
        };
        for body in bodies {
            let session = scheduler.participants.len();
            let (participant, thread) = scheduler.start_session(session, body)?;
            scheduler.participants.push(participant);
            scheduler.threads.push(thread);
        }
        Ok(scheduler)
    }

    /// Runs one schedule as `search` decides.
    pub(super) fn run_schedule(
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
            if self.participants.iter().all(Participant::has_ended) || self.hung.is_some() {
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
            let may_free = self.ahead().is_none() && !forgotten && watch.is_none();
            if may_free && self.is_alone(&point) && !self.has_gate(session) {
                let further = search.goes_on(session);
                let most = self.rules.longest - token.len();
                self.queue.free(session, further.min(most));
            }
            if !matches!(self.participants[session].activity, Activity::Waits(_)) {
                self.resume(session)?;
            } else if !self.let_give_up(session) {
                // There is no such schedule.
                token.pop();
                forgotten = true;
            }
        }
        let endings = self.endings();
        self.end_schedule()?;
        Ok(Run {
            token: Token(token),
            steps: std::mem::take(&mut self.steps),
            endings,
            hung: self.hung.take(),
            left_open: self
                .participants
                .iter()
                .any(|participant| participant.left_open),
            forgotten,
            cut,
            deadlocked: self.deadlocked,
            raced: self.raced,
            silences: std::mem::take(&mut self.quiet.silences),
            paused: self.quiet.is_unexplained,
        })
    }

    fn begin(&mut self) -> Result<(), ExploreError> {
        self.wait_for_new_connections()?;
        self.steps.clear();
        self.locks.clear();
        self.deadlocked = false;
        self.raced = false;
        self.hung_since = None;
        self.quiet.begin();
        for participant in &mut self.participants {
            participant.restart();
            match &participant.label {
                Some(label) if self.rules.starts_are_steps => {
                    participant.begins = true;
                    participant.activity = Activity::Stopped(Statement {
                        sql: label.clone(),
                        binds: Vec::new(),
                    });
                }
                // A thread that is gone is noticed when nothing moves.
                _ => drop(participant.orders.send(Command::Start { alone: false })),
            }
        }
        Ok(())
    }
}
