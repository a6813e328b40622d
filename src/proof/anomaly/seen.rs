//! What was seen while a script ran.

use crate::db::Conflict;

/// Rows by their ids, each with its value.
pub type Rows = Vec<(i64, i64)>;

/// What was seen while a script ran: what its sessions were told, and what was left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub(super) sessions: Vec<Told>,
    pub(super) left: Rows,
}

/// What one session was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) reads: Vec<Rows>,
    pub(super) committed: bool,
    pub(super) refused: Option<Refused>,
}

/// A statement that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// What it means; `None`: nothing that trying again would help.
    pub(super) conflict: Option<Conflict>,
    /// The database's own words.
    pub(super) message: String,
}

impl Seen {
    /// The nth read, from 1, of a session; `None` where it did not come to that.
    pub fn read(&self, session: usize, nth: usize) -> Option<&Rows> {
        self.sessions.get(session - 1)?.reads.get(nth - 1)
    }

    /// All reads of a session.
    pub fn reads(&self, session: usize) -> &[Rows] {
        self.sessions
            .get(session - 1)
            .map_or(&[], |told| told.reads.as_slice())
    }

    /// Whether the nth read of a session gave exactly these rows.
    pub fn has_read(&self, session: usize, nth: usize, rows: &[(i64, i64)]) -> bool {
        self.read(session, nth)
            .is_some_and(|read| read.as_slice() == rows)
    }

    /// Whether all of these sessions committed.
    pub fn committed(&self, sessions: &[usize]) -> bool {
        sessions.iter().all(|session| {
            let told = self.sessions.get(session - 1);
            told.is_some_and(|told| told.committed)
        })
    }

    /// The rows that were left.
    pub fn left(&self) -> &[(i64, i64)] {
        &self.left
    }

    pub(super) fn refusals(&self) -> impl Iterator<Item = (usize, &Refused)> {
        (1..).zip(&self.sessions).filter_map(|(session, told)| {
            let refused = told.refused.as_ref()?;
            Some((session, refused))
        })
    }
}
