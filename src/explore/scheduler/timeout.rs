//! Giving up: a session that waits for a lock is left waiting until its own time limit runs out,
//! while nobody else moves.

use std::time::Instant;

use super::Scheduler;
use crate::db::blocked::Explorable;
use crate::explore::access::Access;
use crate::explore::participant::{Activity, Participant};
use crate::explore::search::{Candidate, GIVES_UP};
use crate::explore::{Statement, Step};

impl<C: Explorable> Scheduler<C> {
    /// Those who wait and may give up, as far as is known.
    pub(super) fn who_may_give_up(&self) -> Vec<Candidate> {
        if self.rules.timeouts.is_none() {
            return Vec::new();
        }
        let candidate = |(session, participant): (usize, &Participant)| {
            let waits = matches!(participant.activity, Activity::Waits(_));
            (waits && !self.is_known_to_be_patient(session)).then(|| Candidate {
                session,
                statement: Statement {
                    sql: GIVES_UP.to_owned(),
                    binds: Vec::new(),
                },
                identity: GIVES_UP.to_owned(),
                access: Access::to_everything(),
                refusal: participant.refusal.clone(),
            })
        };
        self.participants
            .iter()
            .enumerate()
            .filter_map(candidate)
            .collect()
    }

    /// Waits, with everybody else held up, until a session that waits gives up. Gives whether it
    /// did; one that does not within the time that is allowed for it is remembered, and not asked
    /// again.
    pub(super) fn let_give_up(&mut self, session: usize) -> bool {
        let Some(longest) = self.rules.timeouts else {
            return false;
        };
        if self.is_known_to_be_patient(session) {
            return false;
        }
        self.steps.push(Step {
            session: session + 1,
            attempt: self.participants[session].attempt,
            sql: GIVES_UP.to_owned(),
            binds: Vec::new(),
            result: Some("ok".to_owned()),
            code: None,
            failed: false,
            blocked_by: None,
            blocked_until: None,
            state_after: None,
        });
        self.calm = false;
        let deadline = Instant::now() + longest;
        while matches!(self.participants[session].activity, Activity::Waits(_)) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.queue.take_within(1, left) {
                Some(event) => self.handle(event),
                None if Instant::now() >= deadline => {
                    self.steps.pop();
                    if let Some(statement) = self.statement_of(&self.participants[session]) {
                        self.patient.insert((session, statement));
                    }
                    return false;
                }
                None => {}
            }
        }
        true
    }

    fn is_known_to_be_patient(&self, session: usize) -> bool {
        let statement = self.statement_of(&self.participants[session]);
        statement.is_some_and(|statement| self.patient.contains(&(session, statement)))
    }
}
