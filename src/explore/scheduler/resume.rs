//! Letting a session go on.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::Scheduler;
use crate::db::blocked::Explorable;
use crate::explore::Step;
use crate::explore::error::ExploreError;
use crate::explore::messages::Command;
use crate::explore::participant::Activity;

impl<C: Explorable> Scheduler<C> {
    /// Lets a session go on with the statement that it waits to send.
    pub(super) fn resume(&mut self, session: usize) -> Result<(), ExploreError> {
        self.listen_again();
        let others = self.changes_of_others(session);
        let goes_on_inside = self.ready_gate(session)?;
        let participant = &mut self.participants[session];
        let Activity::Stopped(statement) =
            std::mem::replace(&mut participant.activity, Activity::Running)
        else {
            return Ok(());
        };
        if participant.fresh {
            participant.others_at_beginning = others;
            participant.fresh = false;
            participant.refused = false;
        }
        self.limited |= sets_a_limit(&statement.sql);
        self.calm = false;
        participant.step = Some(self.steps.len());
        self.steps.push(Step {
            session: session + 1,
            attempt: participant.attempt,
            sql: statement.sql,
            binds: statement.binds,
            result: None,
            code: None,
            failed: false,
            blocked_by: None,
            blocked_until: None,
            state_after: None,
        });
        if let Some(at) = participant.ahead.take() {
            participant.resumed_at = at;
            return Ok(());
        }
        participant.resumed_at = Instant::now();
        if goes_on_inside {
            return Ok(());
        }
        participant.answered.store(false, Relaxed);
        match participant.begins {
            // A thread that is gone is noticed when nothing moves.
            true => drop(participant.orders.send(Command::Start { alone: true })),
            false => participant.go_on(),
        }
        Ok(())
    }

    fn changes_of_others(&self, session: usize) -> u64 {
        let total: u64 = self
            .participants
            .iter()
            .map(|participant| participant.changes)
            .sum();
        total - self.participants[session].changes
    }
}

/// Whether a statement sets a limit to waiting: `SET lock_timeout`, `GET_LOCK(name, seconds)`.
fn sets_a_limit(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    sql.contains("_timeout") || sql.contains("get_lock(")
}
