/// How strict a database is, at the most, with the transactions of a session elsewhere.
// Only the program has such sessions.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Each statement sees what was committed before it: READ COMMITTED.
    Statement,
    /// All statements see what was committed before the first: REPEATABLE READ.
    Snapshot,
    /// It also refuses a transaction for what others have read: SERIALIZABLE.
    Serializable,
}
