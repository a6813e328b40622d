//! What becomes of statements on their way to the server: data, which an [`Editor`] applies.

mod editor;
mod read_values;
mod rewrite;
mod shape;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::anomaly::reader::{Doing, read};
use super::dialect::Dialect;
use crate::db::IsolationLevel;
use crate::wire::Sql;

use read_values::keeping;

pub(super) use editor::Editor;
pub(super) use read_values::guards;
pub(super) use rewrite::{Differences, Reader, Rewrite};
pub(super) use shape::Shape;
pub(super) use table::Table;

/// What becomes of the statements of all sessions, on their way to the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edits {
    /// What becomes of statements.
    pub(in crate::race) rewrites: Vec<(Shape, Rewrite)>,
    /// The SELECTs whose rows are kept for the UPDATEs.
    pub(in crate::race) kept: Vec<(Shape, Table)>,
    /// A lock that each transaction takes first.
    pub(in crate::race) lock: Option<Lock>,
    /// The statements that a transaction is begun before, where there is none, which ends with the
    /// session's work.
    pub(in crate::race) transaction: Vec<Shape>,
    /// The isolation level that takes the place of any that is named.
    pub(in crate::race) level: Option<IsolationLevel>,
}

impl Edits {
    /// Whether nothing is changed.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is sent in the place of a text; `None`: the text.
    pub(in crate::race) fn edited(&self, sql: &str) -> Option<String> {
        if let Some(level) = self.level {
            return with_level(sql, level);
        }
        let shape = Shape::of(sql)?;
        let (_, rewrite) = self.rewrites.iter().find(|(it, _)| *it == shape)?;
        rewrite.of(sql, Reader::Server)
    }

    /// Whether transactions are begun.
    pub(in crate::race) fn begins(&self) -> bool {
        !self.transaction.is_empty()
    }

    /// Whether one is begun before a statement.
    pub(in crate::race) fn begins_before(&self, sql: &Sql) -> bool {
        let shape = Shape::of(&sql.text);
        shape.is_some_and(|shape| self.transaction.contains(&shape))
    }

    /// What keeps the rows that a statement is about to read.
    pub(in crate::race) fn keeping(&self, sql: &Sql) -> Option<String> {
        if self.kept.is_empty() {
            return None;
        }
        let shape = Shape::of(&sql.text)?;
        let (_, table) = self.kept.iter().find(|(it, _)| *it == shape)?;
        keeping(&sql.text, &sql.values, table)
    }

    /// What takes the lock before a statement.
    pub(in crate::race) fn lock_before(&self, sql: &Sql) -> Option<String> {
        let lock = self.lock.as_ref()?;
        let shape = Shape::of(&sql.text)?;
        let is_meant = lock.before.contains(&shape);
        is_meant.then(|| lock.sql(&sql.text, &sql.values))
    }
}

/// A lock on a name, until the end of the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::race) struct Lock {
    /// The table that the name is of.
    pub(in crate::race) table: String,
    /// The columns whose values are a part of the name; none: it is the name of the whole table.
    pub(in crate::race) key: BTreeSet<String>,
    /// The statements that it is taken before, once in each transaction.
    pub(in crate::race) before: Vec<Shape>,
}

impl Lock {
    /// What takes it before that statement.
    pub(in crate::race) fn sql(&self, sql: &str, binds: &[String]) -> String {
        let mut name = self.table.clone();
        if let Doing::Touches(touches) = read(sql, binds, &|_| Vec::new(), Dialect::Postgres)
            && let Some(touch) = touches.iter().find(|touch| touch.table == self.table)
        {
            for value in self.key.iter().filter_map(|it| touch.rows.equal.get(it)) {
                name += &format!(" {value}");
            }
        }
        let name = name.replace('\'', "''");
        format!("SELECT pg_advisory_xact_lock(hashtext('{name}'))")
    }
}

/// The text with another isolation level in the place of each that it names.
fn with_level(sql: &str, level: IsolationLevel) -> Option<String> {
    const NAMED: &str = "ISOLATION LEVEL ";
    let upper = sql.to_ascii_uppercase();
    let at = upper.find(NAMED)? + NAMED.len();
    let levels = [
        "READ UNCOMMITTED",
        "READ COMMITTED",
        "REPEATABLE READ",
        "SERIALIZABLE",
    ];
    let named = levels.iter().find(|it| upper[at..].starts_with(**it))?;
    let level = level.to_string().replace('-', " ").to_uppercase();
    Some(format!("{}{level}{}", &sql[..at], &sql[at + named.len()..]))
}
