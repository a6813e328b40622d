//! The one name that fits all that went wrong in a schedule, or none.

use std::collections::BTreeSet;

use super::circle::Circle;
use super::course::Course;
use super::edges::{Link, links};
use super::event::Event;
use super::fact::{AnomalyName, EdgeKind};
use super::tables::Tables;
use super::touch::How;

/// What is known of a schedule, beside its statements.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    /// Whether no order of the sessions, one after the other, leaves the same: then there is a circle.
    pub(super) is_proven: bool,
    /// The tables that are not as such an order leaves them.
    pub(super) differing: BTreeSet<String>,
}

/// Every circle of two sessions that there may be.
fn circles<'a>(course: &'a Course, links: &[Link<'a>], tables: &Tables) -> Vec<Circle<'a>> {
    let mut found = Vec::new();
    for (place, one) in links.iter().enumerate() {
        for other in &links[place + 1..] {
            let key = tables.key(&one.from.touch.table);
            if let Some(mut circle) = Circle::of(one, other, &key) {
                circle.look_for_reads(&course.events, &key);
                found.push(circle);
            }
        }
    }
    found
}

/// The circle that has a name, where that is certain; or else one without, where there is any.
pub(super) fn choose<'a>(
    course: &'a Course,
    tables: &Tables,
    outcome: &Outcome,
) -> Option<Circle<'a>> {
    let links = links(course, &|table| tables.key(table));
    let mut found = circles(course, &links, tables);
    found.sort_by_key(|circle| (!circle.is_sure(), shape(circle)));
    let name = name(&found, course, tables, outcome);
    let named = found.iter().find(|it| name.is_some() && it.name == name);
    let circle = named.or_else(|| found.first())?;
    Some(Circle {
        name,
        ..circle.clone()
    })
}

/// The earliest statements first, and what was read before it was overtaken.
fn shape(circle: &Circle<'_>) -> (bool, bool, usize, usize, usize) {
    let is_ww = circle.back.kind == EdgeKind::Ww;
    let mixed = circle.tables().len() > 1;
    (
        !is_ww,
        mixed,
        circle.there.from.step,
        circle.there.to.step,
        circle.back.to.step,
    )
}

/// Where a circle is proven, and the texts tell all: the name of all that there may be. Or else the name
/// of all that are certain, and about what is wrong, unless there may be another.
fn name(
    circles: &[Circle<'_>],
    course: &Course,
    tables: &Tables,
    outcome: &Outcome,
) -> Option<AnomalyName> {
    let all: Vec<&Circle<'_>> = circles.iter().collect();
    let all = without_shadows(&all);
    let is_complete = !course.is_unclear && is_covered(&course.events, tables);
    // Of more sessions the circle may be one of three.
    let sessions: BTreeSet<usize> = course.events.iter().map(|event| event.session).collect();
    if is_complete
        && outcome.is_proven
        && sessions.len() <= 2
        && let Some(name) = only(&all)
    {
        return Some(name);
    }
    let is_about = |circle: &Circle<'_>| {
        differs(circle, outcome) || is_complete && outcome.differing.is_empty()
    };
    let (wrong, doubtful): (Vec<_>, Vec<_>) = all
        .into_iter()
        .filter(|circle| is_about(circle))
        .partition(|circle| circle.is_sure());
    let name = only(&wrong)?;
    doubtful
        .iter()
        .all(|it| it.name == Some(name))
        .then_some(name)
}

/// Whether a circle is about a table that is not as it should be.
fn differs(circle: &Circle<'_>, outcome: &Outcome) -> bool {
    let mut tables = circle.tables().into_iter();
    tables.any(|table| outcome.differing.contains(table))
}

/// Without what is but a part of others. What is read twice around a write, or written relatively, is a
/// part of a lost update of that row,
/// and no other anomaly.
fn without_shadows<'a, 'b>(circles: &[&'b Circle<'a>]) -> Vec<&'b Circle<'a>> {
    let lost: Vec<BTreeSet<&str>> = circles
        .iter()
        .filter(|it| it.name == Some(AnomalyName::LostUpdate))
        .map(|it| it.tables())
        .collect();
    let is_shadow = |circle: &Circle<'_>| {
        let is_part = matches!(
            circle.name,
            None | Some(AnomalyName::NonRepeatableRead | AnomalyName::ReadSkew)
        );
        is_part && lost.iter().any(|tables| circle.tables().is_subset(tables))
    };
    // Of two tables, where each edge has its place in a circle of one.
    let within = |edge: &Link<'_>| {
        let mut single = circles.iter().filter(|it| it.tables().len() == 1);
        single.any(|it| it.there.is_like(edge) || it.back.is_like(edge))
    };
    let is_mixed = |circle: &Circle<'_>| {
        circle.tables().len() > 1 && within(&circle.there) && within(&circle.back)
    };
    circles
        .iter()
        .copied()
        .filter(|it| !is_shadow(it) && !is_mixed(it))
        .collect()
}

/// The name of all of them, if it is one.
fn only(circles: &[&Circle<'_>]) -> Option<AnomalyName> {
    let name = circles.first()?.name?;
    circles
        .iter()
        .all(|it| it.name == Some(name))
        .then_some(name)
}

/// Whether the texts tell all that the statements touch: of plain tables, without a foreign key by
/// which rows of one table depend on those of another that come or go, and without a row that may be
/// inserted where another was deleted.
fn is_covered(events: &[Event], tables: &Tables) -> bool {
    let comes_or_goes = |name: &str| {
        let mut events = events.iter();
        events.any(|it| it.touch.table == name && matches!(it.touch.how, How::Insert | How::Delete))
    };
    let deleted = |name: &str| {
        let mut events = events.iter();
        events.any(|it| it.touch.table == name && it.touch.how == How::Delete)
    };
    events.iter().all(|event| {
        let is_over = event.touch.how == How::Insert && deleted(&event.touch.table);
        !is_over
            && tables.get(&event.touch.table).is_some_and(|table| {
                table.plain && !table.parents.iter().any(|parent| comes_or_goes(parent))
            })
    })
}
