//! What is in the tables.

use std::collections::BTreeMap;

/// A row: the value of each column, as text; `None` is NULL.
pub type Row = Vec<Option<String>>;

/// The rows of the tables that are not as they were, by the table's place in the catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents(pub BTreeMap<usize, Vec<Row>>);
