//! When in a schedule each session has touched what, and from when on others could see it.

use std::collections::BTreeMap;

use super::event::{Event, Moment};
use super::reader::{Doing, read};
use super::touch::{ColumnsOf, How, Touch};
use super::transaction::Transaction;
use crate::explore::Step;
use crate::race::dialect::Dialect;

/// The errors that roll a transaction of MariaDB's back: a deadlock, and a row that has changed since
/// the snapshot.
const ROLLED_BACK: [&str; 2] = ["1213", "1020"];

/// A lock taken or given back, a call, the end of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) session: usize,
    /// The step, from 1.
    pub(super) step: usize,
    pub(super) done: Moment,
    pub(super) doing: Doing,
}

/// What happened in a schedule, as far as texts tell.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub(super) events: Vec<Event>,
    pub(super) marks: Vec<Mark>,
    /// Whether the text of a statement did not tell what it does.
    pub(super) is_unclear: bool,
}

impl Course {
    pub(super) fn of(steps: &[Step], columns: ColumnsOf<'_>, dialect: Dialect) -> Self {
        let mut course = Self::default();
        let mut open: BTreeMap<usize, Transaction> = BTreeMap::new();
        for (index, step) in steps.iter().enumerate() {
            if step.goes_on_inside() {
                continue;
            }
            let (last, step) = whole(steps, index);
            let step = &step;
            if step.result.is_none() {
                course.is_unclear = true;
                continue;
            }
            let doing = read(&step.sql, &step.binds, columns, dialect);
            let sent = 2 * index;
            let (has_read, done) = (done(steps, index), done(steps, last));
            let transaction = open.entry(step.session).or_default();
            let mark = |doing| Mark {
                session: step.session,
                step: index + 1,
                done,
                doing,
            };
            match doing {
                Doing::Touches(touches) => {
                    transaction.began.get_or_insert(sent);
                    course.is_unclear |= transaction.fails(step, dialect);
                    for touch in touches {
                        // What it reads is what was there when it began.
                        let only_reads = touch.read().is_some_and(|it| !it.own && !it.locks);
                        let done = if only_reads { has_read } else { done };
                        let event = event(step, index + 1, touch, sent, done);
                        transaction.events.extend(event);
                    }
                }
                Doing::Ends(keeps) => {
                    let mark = mark(Doing::Ends(keeps && !step.failed));
                    let transaction = std::mem::take(transaction);
                    let is_kept = mark.doing == Doing::Ends(true) && !transaction.has_failed;
                    course.events.extend(transaction.ended(is_kept, done));
                    course.marks.push(mark);
                }
                Doing::Begins(looks) => {
                    let next = Transaction {
                        began: looks.then_some(sent),
                        ..Transaction::default()
                    };
                    let before = std::mem::replace(transaction, next);
                    course.events.extend(before.ended_by(true, done, false));
                    course.marks.push(mark(Doing::Ends(true)));
                }
                Doing::Unknown => {
                    transaction.began.get_or_insert(sent);
                    transaction.fails(step, dialect);
                    course.is_unclear = true;
                }
                // GET_LOCK says whether it has come to it.
                Doing::Locks(_) | Doing::Unlocks(_)
                    if dialect == Dialect::Mysql && step.result.as_deref() == Some("0") => {}
                doing => {
                    transaction.began.get_or_insert(sent);
                    course.marks.push(mark(doing));
                }
            }
            // Its own ROLLBACK has nothing to undo any more.
            let code = step.code.as_deref().unwrap_or_default();
            if dialect == Dialect::Mysql && step.failed && ROLLED_BACK.contains(&code) {
                let transaction = open.remove(&step.session).unwrap_or_default();
                course.events.extend(transaction.ended(false, done));
            }
        }
        for mut transaction in open.into_values() {
            // Whether it was one that was rolled back, or statements by themselves.
            course.is_unclear |= transaction.has_failed && transaction.writes();
            if dialect == Dialect::Mysql {
                // A transaction that nothing shows the end of may still be open.
                let events = transaction.events.iter_mut();
                events.for_each(|event| event.visible.1 = Moment::MAX);
            }
            course.events.extend(transaction.events);
        }
        course
    }
}

/// When a step was done: later than when it was sent where it had to wait.
fn done(steps: &[Step], index: usize) -> Moment {
    let until = steps[index].blocked_until;
    until.map_or(2 * index, |until| 2 * until.max(index + 1) - 1)
}

/// The statement that a step begins, with what came of it in the end, and where that was.
fn whole(steps: &[Step], index: usize) -> (usize, Step) {
    let session = steps[index].session;
    let own = steps.iter().enumerate().skip(index + 1);
    let own = own.filter(|(_, step)| step.session == session);
    let parts = own.take_while(|(_, step)| step.goes_on_inside());
    match parts.last() {
        None => (index, steps[index].clone()),
        Some((last, end)) => {
            let begun = steps[index].clone();
            let whole = Step {
                sql: begun.sql,
                binds: begun.binds,
                ..end.clone()
            };
            (last, whole)
        }
    }
}

/// What a statement has done, if it has done it.
fn event(step: &Step, number: usize, touch: Touch, sent: Moment, done: Moment) -> Option<Event> {
    let result = step.result.as_deref().unwrap_or_default();
    // What a refused statement has seen may still have been the reason.
    let touch = match step.failed && touch.how == How::Insert {
        true => touch.into_look(),
        false => touch,
    };
    if touch.writes() && (step.failed || result == "0 rows") {
        return None;
    }
    let is_read = touch.read().is_some();
    let found_nothing = is_read && matches!(result, "no row" | "0 rows");
    let mut touch = touch;
    // Where there is none, there was nothing to leave out.
    touch.rows.limited &= !found_nothing;
    let mut event = Event {
        session: step.session,
        step: number,
        touch,
        sent,
        done,
        looked: (sent, done),
        visible: (done, done),
        found_nothing,
    };
    event.see(result);
    Some(event)
}
