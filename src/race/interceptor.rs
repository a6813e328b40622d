//! Where the statements of one session stop: between its connections and the scheduler.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::connection::{Line, Weight};
use crate::explore::{Happened, Post, Statement};
use crate::wire::{Answer, Batch, ConnectionId, Watcher};

/// How statements are to be stopped.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    /// Every statement is a step, and not only those that can matter to others.
    pub(super) every_statement: bool,
    /// Transactions see one state of the database throughout, unless they say otherwise.
    pub(super) keeps_snapshot: bool,
}

/// Where the statements of one session stop.
pub(super) struct Gatehouse {
    rules: Rules,
    inside: Mutex<Inside>,
    /// Rung when somebody may go on, or has to leave.
    bell: Condvar,
}

#[derive(Default)]
struct Inside {
    mode: Mode,
    lines: BTreeMap<ConnectionId, Line>,
    /// Connections that have come to the gate, with what; the first of them is told of.
    queue: VecDeque<(ConnectionId, Statement)>,
    /// Whether the first of them has been told of.
    told: bool,
    /// Whether it may go on.
    goes: bool,
    step: Option<Step>,
    seen: Seen,
}

/// What a gate does.
#[derive(Clone, Default)]
enum Mode {
    /// It lets everything through.
    #[default]
    Open,
    /// It stops every step, and tells this of it.
    Closed(Post),
    /// It sends everybody away.
    Leaving,
}

/// A statement that was let go.
struct Step {
    connection: ConnectionId,
    /// What it has prepared and still has to run.
    to_run: Vec<String>,
}

/// What a session was seen to do since it began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Batches that ran or prepared anything.
    pub(super) batches: u64,
    /// Those of them that were steps.
    pub(super) steps: u64,
    /// The SQLSTATEs of errors, in their order.
    pub(super) refusals: Vec<String>,
    /// It used two connections at once, in this run or one before.
    pub(super) at_once: bool,
    /// It set itself a limit to waiting, in this run or one before.
    pub(super) sets_limits: bool,
    /// It wanted encryption and went away without.
    pub(super) wants_encryption: bool,
}

impl Gatehouse {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            inside: Mutex::default(),
            bell: Condvar::new(),
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets everything through.
    pub(super) fn open(&self) {
        self.begin(Mode::Open);
    }

    /// Stops every step, and tells `post` of it.
    pub(super) fn close(&self, post: Post) {
        self.begin(Mode::Closed(post));
    }

    fn begin(&self, mode: Mode) {
        let mut inside = self.inside();
        inside.mode = mode;
        inside.seen = Seen {
            at_once: inside.seen.at_once,
            sets_limits: inside.seen.sets_limits,
            ..Seen::default()
        };
        inside.queue.clear();
        (inside.told, inside.goes) = (false, false);
        inside.step = None;
    }

    /// Lets whoever is stopped go on.
    pub(super) fn let_go(&self) {
        self.inside().goes = true;
        self.bell.notify_all();
    }

    /// Sends everybody away; nothing is told any more.
    pub(super) fn leave(&self) {
        self.inside().mode = Mode::Leaving;
        self.bell.notify_all();
    }

    /// Lets through whatever comes while there is nothing to do.
    pub(super) fn rest(&self) {
        self.inside().mode = Mode::Open;
    }

    /// Whether a connection is in a transaction, or may hold a lock that outlasts one.
    pub(super) fn holds_anything(&self) -> bool {
        let inside = self.inside();
        let mut lines = inside.lines.values();
        inside.step.is_some() || lines.any(Line::holds_anything)
    }

    /// What the session was seen to do since it began.
    pub(super) fn seen(&self) -> Seen {
        self.inside().seen.clone()
    }
}

impl Watcher for Gatehouse {
    fn connected(&self, id: ConnectionId, process: i32, settings: &[(String, String)]) {
        let line = Line::new(process, self.rules.keeps_snapshot, settings);
        self.inside().lines.insert(id, line);
    }

    fn arrives(&self, id: ConnectionId, batch: &Batch) -> bool {
        let mut inside = self.inside();
        if matches!(inside.mode, Mode::Leaving) {
            return false;
        }
        inside.seen.batches += u64::from(!batch.is_bare());
        let mut texts = batch
            .executed
            .iter()
            .map(|sql| sql.text.to_ascii_lowercase());
        inside.seen.sets_limits |= texts.any(|text| text.contains("_timeout"));
        if inside.is_part_of_its_step(id, batch) {
            return true;
        }
        let Some(line) = inside.lines.get_mut(&id) else {
            return true;
        };
        let (statement, to_run) = match line.weigh(batch, self.rules.every_statement) {
            Weight::Passes => return true,
            Weight::Step(statement) => (statement, Vec::new()),
            Weight::Prepares(statement, names) => (statement, names),
        };
        inside.seen.steps += 1;
        if matches!(inside.mode, Mode::Closed(_)) {
            inside.queue.push_back((id, statement));
            inside.seen.at_once |= inside.step.is_some() || inside.queue.len() > 1;
            inside.tell_of_the_first();
            while !matches!(inside.mode, Mode::Leaving) && !inside.is_turn_of(id) {
                inside = self
                    .bell
                    .wait(inside)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            if matches!(inside.mode, Mode::Leaving) {
                return false;
            }
            inside.queue.pop_front();
            (inside.told, inside.goes) = (false, false);
        }
        inside.step = Some(Step {
            connection: id,
            to_run,
        });
        true
    }

    fn answered(&self, id: ConnectionId, answer: &Answer) {
        let mut inside = self.inside();
        if let Some(line) = inside.lines.get_mut(&id) {
            line.answered(answer);
        }
        if let Some(error) = &answer.error {
            inside.seen.refusals.push(error.code.clone());
        }
        let is_over = inside.step.as_ref().is_some_and(|step| {
            step.connection == id && (step.to_run.is_empty() || answer.error.is_some())
        });
        if is_over {
            inside.finish(Happened {
                seen: answer.in_short(),
                refused: answer
                    .error
                    .as_ref()
                    .map(|error| (error.code.clone(), error.message.clone())),
            });
        }
    }

    fn closed(&self, id: ConnectionId) {
        let mut inside = self.inside();
        inside.lines.remove(&id);
        if inside
            .step
            .as_ref()
            .is_some_and(|step| step.connection == id)
        {
            inside.step = None;
            inside.tell_of_the_first();
        }
    }

    fn wants_encryption(&self) {
        self.inside().seen.wants_encryption = true;
    }
}

impl Inside {
    /// Whether a batch belongs to the step that its connection is at: it runs what that has
    /// prepared, or is the Sync behind it. One that does neither ends the step.
    fn is_part_of_its_step(&mut self, id: ConnectionId, batch: &Batch) -> bool {
        let Some(step) = self.step.as_mut().filter(|step| step.connection == id) else {
            return false;
        };
        if batch.is_bare() || step.to_run.is_empty() {
            return batch.is_bare();
        }
        let runs = |sql: &crate::wire::Sql| step.to_run.contains(&sql.text);
        if batch.prepared.is_empty() && batch.executed.iter().any(runs) {
            step.to_run.clear();
            return true;
        }
        self.finish(Happened::default());
        false
    }

    fn finish(&mut self, happened: Happened) {
        self.step = None;
        if let Mode::Closed(post) = &self.mode {
            post.statement_is_over(happened);
        }
        self.tell_of_the_first();
    }

    /// Tells of whoever came to the gate first, once the step before is over.
    fn tell_of_the_first(&mut self) {
        let Mode::Closed(post) = &self.mode else {
            return;
        };
        let Some((id, statement)) = self.queue.front().filter(|_| self.step.is_none()) else {
            return;
        };
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        let process = self.lines.get(id).map_or(0, |line| line.process);
        let in_transaction = self.lines.values().any(Line::is_in_transaction);
        post.is_stopped(statement.clone(), process.into(), in_transaction);
    }

    fn is_turn_of(&self, id: ConnectionId) -> bool {
        self.goes && self.queue.front().is_some_and(|(first, _)| *first == id)
    }
}
