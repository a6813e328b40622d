//! Two sessions of which each comes before the other, and what that is called.

use std::collections::BTreeSet;

use super::edges::Link;
use super::event::Event;
use super::fact::{AnomalyName, EdgeKind};
use super::touch::{Assigned, How, Meets, differ};

/// Two edges, there and back.
#[derive(Clone, Debug)]
pub(super) struct Circle<'a> {
    pub(super) there: Link<'a>,
    pub(super) back: Link<'a>,
    /// What it is called; `None` where no name fits.
    pub(super) name: Option<AnomalyName>,
    /// Whether what was overwritten had been read after all, so that it may be known.
    pub(super) may_know: bool,
}

impl<'a> Circle<'a> {
    /// The two edges as a circle, the read that was overtaken first; `None` where they are none.
    pub(super) fn of(one: &Link<'a>, other: &Link<'a>, key: &BTreeSet<String>) -> Option<Self> {
        let is_circle =
            one.from.session == other.to.session && one.to.session == other.from.session;
        // One that has either seen a write or not.
        let is_either = std::ptr::eq(one.from, other.to) && std::ptr::eq(one.to, other.from);
        if !is_circle || is_either {
            return None;
        }
        let (there, back) = match (one.kind, other.kind) {
            (EdgeKind::Rw, EdgeKind::Rw) if other.from.step < one.from.step => (other, one),
            (_, EdgeKind::Rw) if one.kind != EdgeKind::Rw => (other, one),
            _ => (one, other),
        };
        let mut circle = Self {
            there: there.clone(),
            back: back.clone(),
            name: None,
            may_know: false,
        };
        circle.name = circle.called(key);
        Some(circle)
    }

    /// Whether nothing in it is in doubt.
    pub(super) fn is_sure(&self) -> bool {
        self.there.is_sure() && self.back.is_sure() && !self.may_know
    }

    /// Takes note of whether a session has read a row again before it has overwritten it.
    pub(super) fn look_for_reads(&mut self, events: &[Event], key: &BTreeSet<String>) {
        let [one, other] = [
            (self.there.from, self.there.to, self.back.to),
            (self.back.from, self.back.to, self.there.to),
        ]
        .map(|(read, first, last)| {
            events.iter().any(|again| {
                again.session == last.session
                    && again.step > read.step
                    && again.step < last.step
                    && again.done > first.done
                    && again.touch.read().is_some_and(|it| !it.own)
                    && again.touch.of_whole_rows().meets(&last.touch, key) == Meets::Surely
            })
        });
        self.may_know = self.name == Some(AnomalyName::LostUpdate) && (one || other);
    }

    /// The tables that it is about.
    pub(super) fn tables(&self) -> BTreeSet<&'a str> {
        let each = [self.there.from, self.there.to, self.back.from, self.back.to];
        each.map(|event| event.touch.table.as_str()).into()
    }

    fn called(&self, key: &BTreeSet<String>) -> Option<AnomalyName> {
        let (there, back) = (&self.there, &self.back);
        if there.kind != EdgeKind::Rw {
            return None;
        }
        match back.kind {
            EdgeKind::Ww => {
                is_lost(there.from, there.to, back.to, key).then_some(AnomalyName::LostUpdate)
            }
            EdgeKind::Rw => self.called_by_reads(key),
            EdgeKind::Wr => self.called_by_what_was_seen(key),
            EdgeKind::Waits => None,
        }
    }

    /// Each has read what the other has then written.
    fn called_by_reads(&self, key: &BTreeSet<String>) -> Option<AnomalyName> {
        let (one, other) = (self.there.to, self.back.to);
        let reads = [self.there.from, self.back.from];
        if reads
            .iter()
            .any(|read| read.touch.read().is_none_or(|read| read.own))
        {
            return None;
        }
        let both_insert = one.touch.how == How::Insert && other.touch.how == How::Insert;
        if both_insert && one.touch.table == other.touch.table {
            return Some(AnomalyName::CheckThenInsert);
        }
        match one.touch.meets(&other.touch, key) {
            Meets::Never => Some(AnomalyName::WriteSkew),
            _ => {
                let (read, first, last) = match one.done < other.done {
                    true => (self.there.from, one, other),
                    false => (self.back.from, other, one),
                };
                is_lost(read, first, last, key).then_some(AnomalyName::LostUpdate)
            }
        }
    }

    /// One has read something before the other, and something after.
    fn called_by_what_was_seen(&self, key: &BTreeSet<String>) -> Option<AnomalyName> {
        let (old, new) = (self.there.from, self.back.to);
        let (read, again) = (old.touch.read()?, new.touch.read()?);
        if read.own || again.own || old.step > new.step {
            return None;
        }
        let (one, other) = (&old.touch, &new.touch);
        let same = one.table == other.table
            && one.rows.equal == other.rows.equal
            && one.rows.exact == other.rows.exact;
        let changed = &self.there.to.touch;
        if !same {
            // The rows of both are to be others, for certain.
            let apart = one.table != other.table
                || changed.meets(&self.back.from.touch, key) == Meets::Never
                || one.rows.equal.iter().any(|(column, value)| {
                    let theirs = other.rows.equal.get(column);
                    theirs.is_some_and(|it| differ(value, it))
                });
            return apart.then_some(AnomalyName::ReadSkew);
        }
        match changed.how {
            How::Insert => Some(AnomalyName::Phantom),
            _ => Some(AnomalyName::NonRepeatableRead),
        }
    }
}

/// Whether `last` has overwritten what `first` has written, whose session does not know what was there
/// but from `read`.
fn is_lost(read: &Event, first: &Event, last: &Event, key: &BTreeSet<String>) -> bool {
    let (How::Update(lost), How::Update(kept)) = (&first.touch.how, &last.touch.how) else {
        return false;
    };
    let Some(how) = read.touch.read() else {
        return false;
    };
    let same_row = read.touch.table == last.touch.table
        && first.touch.meets(&last.touch, key) == Meets::Surely;
    let overwritten = lost.keys().any(|column| {
        let is_read = how
            .columns
            .as_ref()
            .is_none_or(|columns| columns.contains(column));
        let is_set = kept.get(column).is_some_and(|it| *it != Assigned::Relative);
        is_read && is_set
    });
    same_row && overwritten && !how.own && read.step < last.step
}
