//! What went wrong in a schedule, and its standard name: from the texts of the statements, the keys of
//! the tables, and what is known to be left. A name is given where it is certain. Otherwise there are
//! only the edges that make each session come before the other.

mod cause;
mod circle;
mod condition;
mod course;
mod edges;
mod event;
pub(super) mod expression;
mod fact;
mod naming;
mod other;
pub(super) mod parser;
pub(super) mod query;
pub(super) mod reader;
mod tables;
#[cfg(test)]
mod tests;
pub(super) mod touch;
mod transaction;
mod write;

use std::collections::BTreeMap;

use self::cause::cause;
use self::circle::Circle;
use self::course::Course;
use self::edges::Link;
use self::event::place;
use self::fact::Deed;
use self::naming::{Outcome, choose};
use self::other::{deadlock, effect_twice};
use self::tables::Tables;
use super::dialect::Dialect;
use super::difference::Difference;
use crate::db::disposable::{Catalog, Reach};
use crate::explore::{History, Step};

pub use fact::{
    Anomaly, AnomalyName, Cause as AnomalyCause, Deed as AnomalyDeed, Doubt, Edge, EdgeKind, Place,
};

/// What is known of the database that was raced.
#[derive(Clone, Debug, Default)]
pub(super) struct Explainer {
    tables: Tables,
    dialect: Dialect,
}

impl Explainer {
    pub(super) fn new(catalog: &Catalog, reach: &Reach, dialect: Dialect) -> Self {
        Self {
            tables: Tables::new(catalog, reach),
            dialect,
        }
    }

    /// What went wrong in a schedule that is not right. `is_proven`: no order of the sessions, one
    /// after the other, leaves the same. `may_be_refused`: a session that is refused may be all that is
    /// wrong.
    pub(super) fn explain(
        &self,
        history: &History,
        differences: &[Difference],
        is_proven: bool,
        may_be_refused: bool,
    ) -> Option<Anomaly> {
        history.broken.as_ref()?;
        let steps = &history.steps;
        // What a refused session has left behind may be wrong without any circle.
        let is_proven = is_proven && !steps.iter().any(|step| step.failed);
        let outcome = Outcome {
            is_proven,
            differing: differences.iter().map(bare).collect(),
        };
        let course = Course::of(steps, &|table| self.tables.columns(table), self.dialect);
        let circle = choose(&course, &self.tables, &outcome);
        let found = circle.as_ref().map(|circle| Anomaly {
            because: cause(circle, &course, &self.tables, steps),
            ..self.described(circle, steps)
        });
        let calls = differences.iter().find(|it| it.table == CALLS);
        if calls.is_some_and(Difference::has_too_many)
            && let Some((first, second)) = effect_twice(steps)
        {
            let call = |step: usize| place(steps, step, Deed::Call);
            return Some(Anomaly {
                name: Some(AnomalyName::EffectTwice),
                because: None,
                table: None,
                key: BTreeMap::new(),
                statements: vec![call(first), call(second)],
                circle: found.map(|found| found.circle).unwrap_or_default(),
            });
        }
        match may_be_refused && differences.is_empty() {
            true => deadlock(steps).or(found),
            false => found,
        }
    }

    fn described(&self, circle: &Circle<'_>, steps: &[Step]) -> Anomaly {
        let (there, back) = (&circle.there, &circle.back);
        let last = match circle.name {
            Some(AnomalyName::LostUpdate) if there.to.done > back.to.done => there.to,
            _ => back.to,
        };
        let mut events = match circle.name {
            // The two writes, and what the second has read.
            Some(AnomalyName::LostUpdate) if last.session == there.to.session => {
                vec![back.from, back.to, there.to]
            }
            Some(AnomalyName::LostUpdate) => vec![there.from, there.to, back.to],
            _ => vec![there.from, there.to, back.from, back.to],
        };
        events.sort_by_key(|event| event.step);
        events.dedup_by_key(|event| event.step);
        let mut tables = circle.tables().into_iter();
        let table = tables.next().filter(|_| tables.next().is_none());
        let key = match circle.name {
            Some(AnomalyName::LostUpdate | AnomalyName::NonRepeatableRead) => self.row(there),
            _ => BTreeMap::new(),
        };
        Anomaly {
            name: circle.name,
            because: None,
            table: table.map(|table| self.tables.shown(table)),
            key,
            statements: events.iter().map(|event| event.place(steps)).collect(),
            circle: [there, back].map(|link| self.edge(link, steps)).into(),
        }
    }

    fn edge(&self, link: &Link<'_>, steps: &[Step]) -> Edge {
        Edge {
            kind: link.kind,
            from: link.from.place(steps),
            to: link.to.place(steps),
            table: Some(self.tables.shown(&link.from.touch.table)),
            key: self.row(link),
            doubts: link.doubts.clone(),
        }
    }

    /// The row that an edge is about, by its primary key where that is known.
    fn row(&self, link: &Link<'_>) -> BTreeMap<String, String> {
        let write = match link.to.touch.writes() {
            true => &link.to.touch,
            false => &link.from.touch,
        };
        let key = self.tables.key(&write.table);
        let known = |column: &String| write.rows.equal.contains_key(column);
        let whole = !key.is_empty() && key.iter().all(known);
        let all = write.rows.equal.clone().into_iter();
        all.filter(|(column, _)| whole && key.contains(column))
            .collect()
    }
}

/// The name of the table that holds the calls to the outside.
const CALLS: &str = "outside.calls";

/// The table without its schema, as it stands in most statements.
fn bare(difference: &Difference) -> String {
    let name = difference.table.rsplit('.').next();
    name.unwrap_or_default().to_lowercase()
}
