//! What a session must not take from the server's own configuration.
//!
//! A session begins with whatever the server, the database and the role have set for it. What
//! decides which rows a statement sees, whether and when it commits, at which level it runs, and
//! when it is cut off, is set to one known value in every session: else a run would measure that
//! setting, and an audit could read half of its tables without noticing. What makes a server
//! fast, slow or durable is its own, and is measured.

mod found;
mod kept;
#[cfg(feature = "mysql")]
pub(super) mod mysql;
pub(super) mod postgres;
pub(super) mod sqlite;
mod table;

use super::Backend;

pub(super) use found::Findings;
pub use found::{Done, Found};
pub use kept::{Kept, UnknownSetting};
pub use table::TABLE;

/// A setting that every session sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The database that has it.
    pub backend: Backend,
    /// Its name there.
    pub name: &'static str,
    /// The value that lockbench needs.
    pub needed: &'static str,
    /// Other values that do as well: defaults of other versions.
    pub as_good: &'static [&'static str],
    /// What goes wrong with another value.
    pub why: &'static str,
    /// Where the manual describes it.
    pub manual: &'static str,
    /// What stands in front of it in a comment that only some servers read, as in
    /// `/*M!100300 … */`; empty where all have it (MariaDB Knowledge Base, "Comment Syntax").
    pub only: &'static str,
}

impl Setting {
    /// The settings of that kind of database.
    pub fn all(backend: Backend) -> impl Iterator<Item = &'static Self> {
        TABLE.iter().filter(move |row| row.backend == backend)
    }

    /// Whether `value` is the value needed, or does as well.
    pub fn is_met_by(&self, value: &str) -> bool {
        // MariaDB writes the 0 of `max_statement_time` as 0.000000, and a switch as a number or
        // as a word, as it is asked.
        let number = |value: &str| match value {
            "ON" => Some(1.0),
            "OFF" => Some(0.0),
            other => other.parse::<f64>().ok(),
        };
        let same = |wanted: &str| match (number(wanted), number(value)) {
            (Some(wanted), Some(value)) => wanted == value,
            _ => wanted.eq_ignore_ascii_case(value),
        };
        same(self.needed) || self.as_good.iter().any(|value| same(value))
    }

    /// The value needed, as SQL.
    pub(super) fn needed_sql(&self) -> String {
        match self.needed.parse::<f64>() {
            Ok(_) => self.needed.to_owned(),
            Err(_) => format!("'{}'", self.needed),
        }
    }
}
