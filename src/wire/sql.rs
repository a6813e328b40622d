//! A statement as a client has sent it.

/// A statement, with the values of its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sql {
    /// The SQL.
    pub text: String,
    /// The values, as people read them.
    pub values: Vec<String>,
}
