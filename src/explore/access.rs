//! What a step of a session touches, and which two steps can change places without anybody noticing.

use std::collections::BTreeSet;

use super::Footprint;

/// What sending a statement touches, its transaction taken into account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) reads: BTreeSet<String>,
    pub(super) writes: BTreeSet<String>,
    pub(super) everything: bool,
    /// It sees whatever others have committed, anywhere.
    pub(super) sees_all: bool,
    /// Others can see its writes afterwards.
    pub(super) publishes: bool,
    /// Its reads see nothing that others have not committed, and hold nobody up.
    pub(super) reads_committed: bool,
}

impl Access {
    pub(super) fn of(footprint: Footprint) -> Self {
        match footprint {
            Footprint::Nothing => Self::default(),
            Footprint::Everything => Self::to_everything(),
            Footprint::Touches { reads, writes } => Self {
                reads,
                writes,
                ..Self::default()
            },
        }
    }

    pub(super) fn to_everything() -> Self {
        Self {
            everything: true,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.reads.extend(other.reads.iter().cloned());
        self.writes.extend(other.writes.iter().cloned());
        self.everything |= other.everything;
    }

    /// Adds what others go on with, whom this lets go on, or sends back.
    pub(super) fn carry(&mut self, others: &Self) {
        self.add(others);
        self.sees_all |= others.sees_all;
        self.publishes |= others.publishes;
        self.reads_committed &= others.reads_committed;
    }

    /// Whether it touches nothing that another session ever could.
    pub(super) fn is_nothing(&self) -> bool {
        let touches = !self.reads.is_empty() || !self.writes.is_empty();
        !self.everything && !self.sees_all && !touches
    }

    /// Whether two sessions' statements can change places without a difference to anybody.
    pub(super) fn is_independent_of(&self, other: &Self) -> bool {
        if self.is_nothing() || other.is_nothing() {
            return true;
        }
        if self.everything || other.everything {
            return false;
        }
        let shows = |writer: &Self, reader: &Self| {
            reader.sees_all && writer.publishes && !writer.writes.is_empty()
        };
        let meets = |writer: &Self, other: &Self| {
            let seen = writer.publishes || !other.reads_committed;
            writer
                .writes
                .iter()
                .any(|name| other.writes.contains(name) || seen && other.reads.contains(name))
        };
        !shows(self, other) && !shows(other, self) && !meets(self, other) && !meets(other, self)
    }
}
