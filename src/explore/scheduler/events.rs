//! What the sessions tell, and what is written down of it.

use super::Scheduler;
use super::decision::footprint;
use crate::db::Backend;
use crate::db::blocked::Explorable;
use crate::explore::Footprint;
use crate::explore::inside::Gate;
use crate::explore::messages::{Command, Report, SessionEvent, Status};
use crate::explore::participant::{Activity, ConnectionStatus, Participant};

impl<C: Explorable> Scheduler<C> {
    /// Takes note of what a session tells.
    pub(super) fn handle(&mut self, event: SessionEvent) {
        let SessionEvent {
            session,
            at,
            report,
            now,
            used,
            goes_on,
        } = event;
        self.hear(session, at);
        for (name, taken) in &report.locks {
            let holders = self.locks.entry(name.clone()).or_default();
            if *taken {
                holders.push(session);
            } else {
                holders.retain(|holder| *holder != session);
                self.wake(name);
            }
        }
        if !matches!(now, Status::WantsLock(_)) {
            self.finish_step(session, &report);
        }
        if let Some(used) = used {
            let strictness = self.strictness();
            for (number, participant) in self.participants.iter_mut().enumerate() {
                if number != session && used.id != 0 {
                    participant.leaves(used.id);
                }
            }
            self.participants[session].uses(used, strictness);
        }
        let participant = &mut self.participants[session];
        if report.begins_again {
            participant.attempt += 1;
            participant.fresh = true;
            participant.refused = true;
        }
        match now {
            Status::Stopped(statement) => {
                participant.seen = true;
                participant.ahead = goes_on.then_some(at);
                participant.activity = Activity::Stopped(statement);
            }
            Status::WantsLock(name) => {
                let holders = self.locks.get(&name).cloned().unwrap_or_default();
                if let Some(step) = participant.step {
                    let blocked = self.steps[step].blocked_by.get_or_insert_default();
                    blocked.extend(holders.iter().map(|holder| holder + 1));
                    blocked.sort_unstable();
                    blocked.dedup();
                }
                participant.activity = Activity::WantsLock(name);
            }
            Status::Ended {
                ending,
                left_open,
                stays,
            } => {
                participant.changes += 1;
                participant.left_open = left_open;
                if stays {
                    participant.connection = ConnectionStatus::New;
                }
                participant.activity = Activity::Ended(ending);
            }
            // Said only once a schedule is over.
            Status::Released { .. } | Status::Ready(_) => {}
        }
    }

    /// Lets everybody who waits for a lock of this process's try once more.
    fn wake(&mut self, name: &str) {
        for participant in &mut self.participants {
            if participant.activity == Activity::WantsLock(name.to_owned()) {
                participant.activity = Activity::Running;
                let _ = participant.orders.send(Command::Go);
            }
        }
    }

    /// Writes down what has become of a session's statement.
    fn finish_step(&mut self, session: usize, report: &Report) {
        let now = self.steps.len();
        let Some(index) = self.participants[session].step.take() else {
            return;
        };
        if std::mem::take(&mut self.participants[session].begins) {
            self.steps[index].result = Some("ok".to_owned());
            return;
        }
        let step = &mut self.steps[index];
        if step.blocked_by.is_some() {
            step.blocked_until = Some(now);
            // Where the database did not say for whom it waited, it was for whoever let it go.
            if step.blocked_by.as_ref().is_some_and(Vec::is_empty) && index + 1 != now {
                let freed_by = self.steps[now - 1].session;
                if freed_by != session + 1 {
                    self.steps[index].blocked_by = Some(vec![freed_by]);
                }
            }
        }
        let step = &mut self.steps[index];
        let said = report.notes.join(", ");
        match &report.error {
            Some(error) => {
                step.result = Some(error.message.clone());
                step.code = error.code.as_deref().map(str::to_owned);
                step.failed = true;
                self.deadlocked |= error.deadlock;
                self.raced |=
                    error.deadlock && self.is_victim_when_closing_cycle && index + 1 != now;
            }
            None if !said.is_empty() => step.result = Some(said),
            None if report.finished => step.result = Some("ok".to_owned()),
            None => step.result = Some("no answer".to_owned()),
        }
        let participant = &mut self.participants[session];
        let statement = participant.whole(step);
        let was_seen_whole = participant.gate.as_ref().is_some_and(Gate::was_enough);
        participant.refusal = step.code.clone();
        if report.error.is_some() && step.code.is_none() {
            participant.refusal = step.result.clone();
        }
        let text = Footprint::of(&statement);
        if report.error.is_none() && participant.transaction.is_change(&statement, &text) {
            participant.changes += 1;
        }
        let is_alone = !participant.transaction.is_open();
        if self.kind != Backend::Sqlite && !was_seen_whole {
            self.instants.see(&statement, is_alone);
        }
        let keeps =
            report.error.is_none() && participant.transaction.keeps_locks(&statement, &text);
        let done = Some(&self.steps[index]);
        let footprint = footprint(&mut self.footprints, self.kind, &statement, done, text);
        participant
            .transaction
            .after(&statement, footprint, report, self.rules.multiversion);
        // A session that waits and holds nothing cannot be in a deadlock, so it was not aborted.
        let harmless = |participant: &Participant| {
            !matches!(participant.activity, Activity::Waits(_))
                || !participant.transaction.holds_locks(self.kind)
        };
        // That is not so on InnoDB, which lets nobody pass who waits in front: there, whoever
        // must be sure asks after every step.
        let sure = self.rules.sure;
        self.calm = !sure && index + 1 == now && keeps && self.participants.iter().all(harmless);
    }

    /// Whether a session that waits was overtaken by one that came to wait after it: two that a
    /// step lets go run for the same lock, and who wins depends on the time.
    pub(super) fn was_overtaken(&self) -> bool {
        let now = Some(self.steps.len());
        self.participants.iter().any(|participant| {
            let (Activity::Waits(Some(holders)), Some(own)) =
                (&participant.activity, participant.step)
            else {
                return false;
            };
            holders.iter().any(|holder| {
                self.steps.iter().enumerate().any(|(at, step)| {
                    step.session == holder + 1 && at > own && step.blocked_until == now
                })
            })
        })
    }
}
