//! A line of a script.

/// A line of a script: a statement, and the session that sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The session, from 1.
    pub session: usize,
    /// What it sends.
    pub does: Does,
    /// Whether the story needs it to wait: then the wait is no prevention, and its absence means
    /// that the script was not driven as it should.
    pub has_to_wait: bool,
}

/// What a session sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// The beginning of a transaction at the level in question.
    Begin,
    /// This SQL, with the value that the session read last in the place of `{read}`.
    Send(&'static str),
    /// COMMIT.
    Commit,
    /// ROLLBACK.
    Rollback,
}

/// `session` begins a transaction.
pub const fn begin(session: usize) -> Line {
    line(session, Does::Begin)
}

/// `session` sends `sql`.
pub const fn send(session: usize, sql: &'static str) -> Line {
    line(session, Does::Send(sql))
}

/// `session` commits.
pub const fn commit(session: usize) -> Line {
    line(session, Does::Commit)
}

/// `session` takes everything back.
pub const fn rollback(session: usize) -> Line {
    line(session, Does::Rollback)
}

const fn line(session: usize, does: Does) -> Line {
    Line {
        session,
        does,
        has_to_wait: false,
    }
}

impl Line {
    /// The same where the story needs it to wait for another session.
    #[must_use]
    pub const fn and_waits(self) -> Self {
        Self {
            has_to_wait: true,
            ..self
        }
    }
}
