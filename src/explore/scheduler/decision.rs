//! A point of a schedule: who can go on, and what that would touch.

use super::{Footprints, Scheduler};
use crate::db::Backend;
use crate::db::blocked::Explorable;
use crate::explore::access::Access;
use crate::explore::participant::{Activity, Participant};
use crate::explore::search::{Candidate, DecisionPoint};
use crate::explore::strictness::Strictness;
use crate::explore::{Footprint, Statement, Step};

impl<C: Explorable> Scheduler<C> {
    /// Who can go on, and with what.
    pub(super) fn point(&mut self, last: Option<usize>) -> DecisionPoint {
        let total: u64 = self
            .participants
            .iter()
            .map(|participant| participant.changes)
            .sum();
        let is_stopped =
            |participant: &Participant| matches!(participant.activity, Activity::Stopped(_));
        let waits_for_change = |participant: &Participant| {
            participant.refused && total - participant.changes == participant.others_at_beginning
        };
        let eager = self.rules.eager
            || !self
                .participants
                .iter()
                .any(|participant| is_stopped(participant) && !waits_for_change(participant));
        let mut enabled = Vec::new();
        let waiting = self.touched_by_waiting();
        for (session, participant) in self.participants.iter().enumerate() {
            let Activity::Stopped(statement) = &participant.activity else {
                continue;
            };
            if !eager && waits_for_change(participant) {
                continue;
            }
            let access = if self.rules.pruning {
                let whole = participant.goes_on_with(statement);
                let text = Footprint::of(whole);
                let footprint = footprint(&mut self.footprints, self.kind, whole, None, text);
                let mut access = participant.transaction.access(whole, footprint);
                // It may let them go on, or end the one for whom they wait.
                if let Some(waiting) = waiting.as_ref().filter(|_| !access.is_nothing()) {
                    access.carry(waiting);
                }
                access
            } else {
                Default::default()
            };
            enabled.push(Candidate {
                session,
                statement: statement.clone(),
                identity: match self.rules.by_shape {
                    true => statement.shape(),
                    false => statement.to_string(),
                },
                access,
                refusal: participant.refusal.clone(),
            });
        }
        enabled.extend(self.who_may_give_up());
        let ended = self.participants.iter().enumerate();
        let ended = ended.filter(|(_, participant)| participant.has_ended());
        DecisionPoint {
            enabled,
            last,
            ended: ended
                .map(|(session, participant)| (session, participant.refusal.clone()))
                .collect(),
        }
    }
}

impl<C: Explorable> Scheduler<C> {
    /// Who has gone on already with the statement that it was stopped before.
    pub(super) fn ahead(&self) -> Option<usize> {
        self.participants
            .iter()
            .position(|participant| participant.ahead.is_some())
    }

    /// Whether whoever is chosen at `point` is the only one that moves until another is chosen:
    /// the others are stopped, and can be chosen at any time, or have ended.
    pub(super) fn is_alone(&self, point: &DecisionPoint) -> bool {
        let ended = self
            .participants
            .iter()
            .filter(|participant| participant.has_ended())
            .count();
        point.stopped().count() + ended == self.participants.len()
    }

    /// How strict the database is with transactions, at the most.
    pub(super) fn strictness(&self) -> Strictness {
        let strictness = self.rules.strictness.as_ref();
        strictness.map_or(Strictness::Serializable, |strictness| strictness())
    }

    /// What those who wait go on with, once somebody lets them, or have to give back, if any do.
    fn touched_by_waiting(&mut self) -> Option<Access> {
        let mut all: Option<Access> = None;
        for participant in &self.participants {
            let waits = matches!(participant.activity, Activity::Waits(_));
            let Some(step) = participant.step.filter(|_| waits && self.rules.pruning) else {
                continue;
            };
            let statement = participant.whole(&self.steps[step]);
            let text = Footprint::of(&statement);
            let footprint = footprint(&mut self.footprints, self.kind, &statement, None, text);
            let access = participant.transaction.access(&statement, footprint);
            match &mut all {
                Some(all) => all.carry(&access),
                None => all = Some(access),
            }
        }
        all
    }
}

/// What a statement touches: by what the user knows of it, or else by its text.
pub(super) fn footprint(
    own: &mut Option<Footprints>,
    kind: Backend,
    statement: &Statement,
    done: Option<&Step>,
    text: Footprint,
) -> Footprint {
    let known = own.as_mut().and_then(|own| own(statement, done));
    let found = known.unwrap_or(text);
    match (kind, found) {
        // One write lock for the whole file: tables keep nobody apart.
        (Backend::Sqlite, found) => found.merged_into("the file"),
        (_, found) => found,
    }
}
