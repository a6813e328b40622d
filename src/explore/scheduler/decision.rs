//! A point of a schedule: who can go on, and what that would touch.

use super::{Footprints, Stage};
use crate::db::Backend;
use crate::db::blocked::Explorable;
use crate::explore::participant::{Actor, Doing};
use crate::explore::search::{Candidate, Point};
use crate::explore::{Footprint, Statement, Step};

impl<C: Explorable> Stage<C> {
    /// Who can go on, and with what.
    pub(super) fn point(&mut self, last: Option<usize>) -> Point {
        let total: u64 = self.actors.iter().map(|actor| actor.changes).sum();
        let at_gate = |actor: &Actor| matches!(actor.doing, Doing::AtGate(_));
        let waits_for_change =
            |actor: &Actor| actor.refused && total - actor.changes == actor.others_at_beginning;
        let eager = self.rules.eager
            || !self
                .actors
                .iter()
                .any(|actor| at_gate(actor) && !waits_for_change(actor));
        let mut enabled = Vec::new();
        for (session, actor) in self.actors.iter().enumerate() {
            let Doing::AtGate(statement) = &actor.doing else {
                continue;
            };
            if !eager && waits_for_change(actor) {
                continue;
            }
            let access = if self.rules.pruning {
                let text = Footprint::of(statement);
                let footprint = footprint(&mut self.footprints, self.kind, statement, None, text);
                actor.transaction.access(statement, footprint)
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
                refusal: actor.refusal.clone(),
            });
        }
        enabled.extend(self.who_may_give_up());
        let ended = self.actors.iter().enumerate();
        let ended = ended.filter(|(_, actor)| actor.has_ended());
        Point {
            enabled,
            last,
            ended: ended
                .map(|(session, actor)| (session, actor.refusal.clone()))
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
