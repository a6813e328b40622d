//! A turn of a script.

/// A turn of a script, in which one session sends one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The session, from 1.
    pub session: usize,
    /// Whether the statement is a ROLLBACK that is part of the script, and not the end of a
    /// session that was refused.
    pub rolls_back: bool,
}
