//! Stopping a session inside its statement, by a lock of the scheduler's own connection.

use diesel::QueryResult;

use super::Scheduler;
use crate::db::blocked::{Explorable, Wait};
use crate::explore::error::ExploreError;
use crate::explore::inside::Gate;
use crate::explore::participant::{Activity, Participant};

impl<C: Explorable> Scheduler<C> {
    /// Whether a session that is stopped will be stopped again inside what it goes on with, or was.
    pub(super) fn has_gate(&self, session: usize) -> bool {
        let participant = &self.participants[session];
        let stops = matches!(&participant.activity, Activity::Stopped(statement)
            if self.rules.inside.stops(statement));
        participant.gate.is_some() || stops
    }

    /// Readies the gate for what a session is about to go on with. Gives whether that lets it go on.
    pub(super) fn ready_gate(&mut self, session: usize) -> Result<bool, ExploreError> {
        let participant = &mut self.participants[session];
        if let Some(gate) = participant.gate.as_mut().filter(|gate| gate.holds) {
            gate.holds = false;
            if gate.is_worn_out() {
                done(self.observer.open_gate(gate.connection))?;
            } else {
                gate.passed = done(self.observer.pass_gate(gate.connection, gate.passed))?;
            }
            return Ok(true);
        }
        if let Some(gate) = participant.gate.take() {
            done(self.observer.open_gate(gate.connection))?;
        }
        let Activity::Stopped(statement) = &participant.activity else {
            return Ok(false);
        };
        // Of a connection that is not known nobody could be told that it waits there.
        let id = participant.connection_info.id;
        if id != 0 && self.rules.inside.stops(statement) {
            done(self.observer.close_gate(id))?;
            participant.gate = Some(Gate::of(statement.clone(), id));
        }
        Ok(false)
    }

    /// Takes note of a session that has come to a row.
    pub(super) fn stop_inside(&mut self, waits: &[Wait]) {
        let gatekeeper = self.gatekeeper;
        let comes = |participant: &&mut Participant| {
            let is_kept = |wait: &Wait| {
                let holders = wait.holders.as_deref().unwrap_or_default();
                participant.has(wait.waiter) && holders.contains(&gatekeeper)
            };
            participant.activity == Activity::Running && waits.iter().any(is_kept)
        };
        let now = self.steps.len();
        for participant in self.participants.iter_mut().filter(comes) {
            let Some(gate) = &mut participant.gate else {
                continue;
            };
            participant.activity = Activity::Stopped(gate.comes_to_row());
            if let Some(step) = participant.step {
                let step = &mut self.steps[step];
                step.result = Some(gate.outcome());
                if step.blocked_by.is_some() {
                    step.blocked_until = Some(now);
                }
            }
        }
    }

    /// Sees that whatever was written was stopped: a table that somebody has made anew is not.
    pub(in crate::explore) fn see_gates(&mut self) -> Result<(), ExploreError> {
        if !self.rules.makes_gates {
            return Ok(());
        }
        match done(self.observer.without_gates())?.as_slice() {
            [] => Ok(()),
            tables => Err(ExploreError::Gates(format!(
                "somebody has made {} anew after the exploration had begun, or its triggers are disabled",
                tables.join(", ")
            ))),
        }
    }

    /// Lets everybody go on who is stopped inside: the schedule is over.
    pub(super) fn open_gates(&mut self) -> Result<(), ExploreError> {
        for participant in &mut self.participants {
            if let Some(gate) = participant.gate.take() {
                done(self.observer.open_gate(gate.connection))?;
            }
        }
        Ok(())
    }
}

/// Readies the tables for sessions that are stopped inside their statements.
pub(super) fn make_gates<C: Explorable>(observer: &mut C) -> Result<(), ExploreError> {
    match observer.make_gates() {
        Ok(true) => Ok(()),
        Ok(false) => {
            let words = format!("{} has no gates for them", observer.kind());
            Err(ExploreError::Gates(words))
        }
        Err(error) => Err(ExploreError::Gates(error.to_string())),
    }
}

fn done<T>(answer: QueryResult<T>) -> Result<T, ExploreError> {
    answer.map_err(|error| ExploreError::Waits(error.to_string()))
}
