//! What a session was seen to do.

/// What a session was seen to do since it began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Observations {
    /// Batches that ran or prepared anything.
    pub(super) batches: u64,
    /// Those of them that were steps.
    pub(super) steps: u64,
    /// The SQLSTATEs of errors, in their order.
    pub(super) refusals: Vec<String>,
    /// It used two connections at once, in this run or one before.
    pub(super) at_once: bool,
    /// It set itself a limit to waiting, in this run or one before.
    pub(super) sets_limits: bool,
    /// It may have held a lock that outlasts a transaction, in this run or one before.
    pub(super) keeps_locks: bool,
    /// It asked for READ UNCOMMITTED, in this run or one before.
    pub(super) reads_uncommitted: bool,
    /// It went on with a statement that matters after it had told its end, in this run or before.
    pub(super) went_on: bool,
    /// The application that it shares with others sent a statement that may be anybody's.
    pub(super) unclear: bool,
    /// It wanted encryption and went away without.
    pub(super) wants_encryption: bool,
}

impl Observations {
    /// What is still true of its next run.
    pub(super) fn lasting(&self) -> Self {
        Self {
            at_once: self.at_once,
            sets_limits: self.sets_limits,
            keeps_locks: self.keeps_locks,
            reads_uncommitted: self.reads_uncommitted,
            went_on: self.went_on,
            ..Self::default()
        }
    }
}
