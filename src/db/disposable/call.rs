//! A call that a program makes to the outside.

/// A call to the outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// GET, POST, …
    pub method: String,
    /// The path and the query.
    pub path: String,
    /// What it brings, if anything.
    pub body: Option<String>,
    /// The key by which it is known again.
    pub idempotency_key: Option<String>,
}
