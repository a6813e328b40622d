//! Which session comes before which, by what they have done to the same rows.

use std::collections::BTreeSet;

use super::course::Course;
use super::event::Event;
use super::fact::{Doubt, EdgeKind};
use super::touch::{How, Meets};

/// One event comes before another.
#[derive(Clone, Debug)]
pub(super) struct Link<'a> {
    pub(super) kind: EdgeKind,
    pub(super) from: &'a Event,
    pub(super) to: &'a Event,
    pub(super) doubts: Vec<Doubt>,
}

impl Link<'_> {
    pub(super) fn is_sure(&self) -> bool {
        self.doubts.is_empty()
    }

    /// Whether it is the same edge.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let ends = |link: &Self| (link.from.step, link.to.step);
        self.kind == other.kind && ends(self) == ends(other)
    }
}

/// Every edge that there may be between two sessions. `key`: the columns of a table's primary key.
pub(super) fn links<'a>(
    course: &'a Course,
    key: &dyn Fn(&str) -> BTreeSet<String>,
) -> Vec<Link<'a>> {
    let mut found = Vec::new();
    for (place, one) in course.events.iter().enumerate() {
        for other in &course.events[place + 1..] {
            if one.session == other.session {
                continue;
            }
            let key = key(&one.touch.table);
            match (one.touch.writes(), other.touch.writes()) {
                (false, false) => {}
                (true, true) => found.extend(between_writes(one, other, &key)),
                (false, true) => found.extend(with_read(one, other, &key)),
                (true, false) => found.extend(with_read(other, one, &key)),
            }
        }
    }
    found
}

/// A read comes before a write that it has not seen, and after one that it has.
fn with_read<'a>(read: &'a Event, write: &'a Event, key: &BTreeSet<String>) -> Vec<Link<'a>> {
    let meets = read.touch.meets(&write.touch, key);
    if meets == Meets::Never {
        return Vec::new();
    }
    // Whoever has waited for the lock of a row sees what was written to it.
    let locks = read.touch.read().is_some_and(|it| it.locks);
    let (first, last) = match locks && read.waited() && meets == Meets::Surely {
        true => (read.done, read.done),
        false => read.looked,
    };
    let before = first < write.visible.1;
    let after = write.visible.0 < last;
    let mut doubts = Vec::new();
    if meets == Meets::Perhaps {
        doubts.push(Doubt::Row);
    }
    if before && after {
        doubts.push(Doubt::Time);
    }
    let link = |kind, from, to| Link {
        kind,
        from,
        to,
        doubts: doubts.clone(),
    };
    let mut found = Vec::new();
    if before {
        found.push(link(EdgeKind::Rw, read, write));
    }
    if after {
        found.push(link(EdgeKind::Wr, write, read));
    }
    found
}

/// Of two writes to a row that comes first which is done first: it locks the row.
fn between_writes<'a>(
    one: &'a Event,
    other: &'a Event,
    key: &BTreeSet<String>,
) -> Option<Link<'a>> {
    let meets = match one.touch.how == How::Insert {
        true => one.touch.meets(&other.touch, key),
        false => other.touch.meets(&one.touch, key),
    };
    if meets == Meets::Never {
        return None;
    }
    let (from, to) = match one.done <= other.done {
        true => (one, other),
        false => (other, one),
    };
    // A row that is not there yet is not changed, and one that is gone is not inserted over.
    if to.touch.how == How::Insert || from.touch.how == How::Insert && to.sent < from.visible.0 {
        return None;
    }
    Some(Link {
        kind: EdgeKind::Ww,
        from,
        to,
        doubts: match meets {
            Meets::Surely => Vec::new(),
            _ => vec![Doubt::Row],
        },
    })
}
