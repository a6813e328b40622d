//! What was to prevent an anomaly, and did not.

use super::circle::Circle;
use super::course::Course;
use super::event::{Event, place};
use super::fact::{AnomalyName, Cause, Deed, EdgeKind};
use super::reader::Doing;
use super::tables::Tables;
use super::touch::Meets;
use crate::explore::Step;

/// What was to prevent a circle that has a name, where it shows.
pub(super) fn cause(
    circle: &Circle<'_>,
    course: &Course,
    tables: &Tables,
    steps: &[Step],
) -> Option<Cause> {
    match circle.name? {
        AnomalyName::CheckThenInsert => locked_nothing(circle, steps),
        AnomalyName::LostUpdate => read_before_lock(circle, course, tables, steps)
            .or_else(|| old_snapshot(circle, course, tables, steps)),
        _ => None,
    }
    .or_else(|| unlock_before_commit(circle, course, steps))
}

/// The locking read of each has found no row.
fn locked_nothing(circle: &Circle<'_>, steps: &[Step]) -> Option<Cause> {
    let found_nothing =
        |event: &Event| event.found_nothing && event.touch.read().is_some_and(|read| read.locks);
    let (one, other) = (circle.there.from, circle.back.from);
    (found_nothing(one) && found_nothing(other)).then(|| Cause::LockedNothing {
        lock: one.place(steps),
    })
}

/// The row was read once more under a lock, before it was written.
fn read_before_lock(
    circle: &Circle<'_>,
    course: &Course,
    tables: &Tables,
    steps: &[Step],
) -> Option<Cause> {
    if circle.back.kind != EdgeKind::Ww {
        return None;
    }
    let (read, write) = (circle.there.from, circle.back.to);
    let key = tables.key(&read.touch.table);
    let lock = course.events.iter().find(|event| {
        let locks = |event: &Event| event.touch.read().is_some_and(|it| it.locks && !it.own);
        event.session == read.session
            && event.step > read.step
            && event.step < write.step
            && locks(event)
            && !locks(read)
            && event.touch.of_whole_rows().meets(&write.touch, &key) == Meets::Surely
    })?;
    Some(Cause::ReadBeforeLock {
        lock: lock.place(steps),
    })
}

/// The only read of the row came when another had committed what it wrote to it, and was no locking
/// one, after a lock was taken.
fn old_snapshot(
    circle: &Circle<'_>,
    course: &Course,
    tables: &Tables,
    steps: &[Step],
) -> Option<Cause> {
    let (read, write) = (circle.there.from, circle.there.to);
    let is_plain = |event: &Event| event.touch.read().is_some_and(|it| !it.locks && !it.own);
    if circle.back.kind != EdgeKind::Ww || !is_plain(read) || read.sent < write.visible.1 {
        return None;
    }
    let of = |session: usize| course.events.iter().filter(move |it| it.session == session);
    let key = tables.key(&read.touch.table);
    // Whether that one was older, another may be the one whose value was used.
    let is_other = |event: &&Event| {
        is_plain(event) && event.step != read.step && event.touch.table == read.touch.table
    };
    if of(read.session).any(|event| is_other(&event)) {
        return None;
    }
    let locks = |event: &&Event| {
        event.touch.read().is_some_and(|it| it.locks && !it.own)
            && event.step < read.step
            && event.touch.of_whole_rows().meets(&write.touch, &key) == Meets::Surely
    };
    let row = of(read.session).find(locks).map(|event| event.step);
    let is_lock = |mark: &&super::course::Mark| {
        mark.session == read.session
            && mark.step < read.step
            && matches!(mark.doing, Doing::Locks(_))
    };
    let named = || course.marks.iter().find(is_lock).map(|mark| mark.step);
    Some(Cause::OldSnapshot {
        lock: place(steps, row.or_else(named)?, Deed::Read),
        read: read.place(steps),
    })
}

/// A session has given an advisory lock back while nobody could see what it had written, and the other
/// has taken that lock and read what was there before.
fn unlock_before_commit(circle: &Circle<'_>, course: &Course, steps: &[Step]) -> Option<Cause> {
    let mut links = [&circle.there, &circle.back].into_iter();
    links.find_map(|link| {
        if link.kind != EdgeKind::Rw {
            return None;
        }
        let (read, write) = (link.from, link.to);
        let of = |session: usize| course.marks.iter().filter(move |it| it.session == session);
        let commit =
            of(write.session).find(|it| it.step > write.step && it.doing == Doing::Ends(true))?;
        of(write.session).find_map(|unlock| {
            let Doing::Unlocks(key) = &unlock.doing else {
                return None;
            };
            let is_between = write.step < unlock.step && unlock.step < commit.step;
            let takes_it = |it: &&super::course::Mark| {
                it.doing == Doing::Locks(key.clone())
                    && it.done > unlock.done
                    && it.done < read.done
                    && read.done < commit.done
            };
            let is_taken = of(read.session).find(takes_it).is_some();
            (is_between && is_taken).then(|| Cause::UnlockBeforeCommit {
                unlock: place(steps, unlock.step, Deed::Unlock),
                commit: place(steps, commit.step, Deed::Commit),
            })
        })
    })
}
