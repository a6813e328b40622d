//! A point of a schedule: who can go on, and what that would touch.

use super::{Footprints, Scheduler};
use crate::db::Backend;
use crate::db::blocked::Explorable;
use crate::explore::participant::{Activity, Participant};
use crate::explore::search::{Candidate, DecisionPoint};
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
        for (session, participant) in self.participants.iter().enumerate() {
            let Activity::Stopped(statement) = &participant.activity else {
                continue;
            };
            if !eager && waits_for_change(participant) {
                continue;
            }
            let access = if self.rules.pruning {
                let text = Footprint::of(statement);
                let footprint = footprint(&mut self.footprints, self.kind, statement, None, text);
                participant.transaction.access(statement, footprint)
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
