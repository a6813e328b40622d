use std::collections::BTreeSet;

use super::read_values::keeping;
use super::result::{CureName, CureOutcome, Rewritten, TriedCure};
use super::rewrite::{Reader, Rewrite};
use super::shape::Shape;
use super::table::Table;
use crate::db::IsolationLevel;
use crate::race::anomaly::reader::{Doing, read};
use crate::wire::Sql;

/// A change that is tried in all schedules.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub(super) name: CureName,
    /// The statements, for people.
    pub(super) statements: Vec<Rewritten>,
    /// What is done to the database, for people.
    pub(super) database: Option<String>,
    pub(super) edits: Edits,
    /// What does it to the database, and what undoes it.
    pub(super) sql: Option<(String, String)>,
    pub(super) isolation: Option<IsolationLevel>,
    /// Whether a session that is refused for another's sake is run again.
    pub(super) retries: bool,
    /// Statements from the first that locks to the COMMIT.
    pub(super) locked_for: Option<usize>,
}

/// What becomes of the statements of all sessions, on their way to the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edits {
    /// What becomes of statements.
    pub(super) rewrites: Vec<(Shape, Rewrite)>,
    /// The SELECTs whose rows are kept for the UPDATEs.
    pub(super) kept: Vec<(Shape, Table)>,
    /// A lock that each transaction takes first.
    pub(super) lock: Option<Lock>,
    /// The statements that a transaction is begun before, where there is none, which ends with the
    /// session's work.
    pub(super) transaction: Vec<Shape>,
    /// The isolation level that takes the place of any that is named.
    pub(super) level: Option<IsolationLevel>,
}

impl Trial {
    pub(super) fn new(name: CureName) -> Self {
        Self {
            name,
            statements: Vec::new(),
            database: None,
            edits: Edits::default(),
            sql: None,
            isolation: None,
            retries: false,
            locked_for: None,
        }
    }

    /// Rewrites one more statement, or once more.
    pub(super) fn rewrite_more(&mut self, before: &str, rewrite: impl Fn(&str) -> String) {
        let mut all = self.statements.iter_mut();
        match all.find(|it| it.before == before) {
            Some(known) => known.after = rewrite(&known.after),
            None => self.statements.push(Rewritten {
                before: before.to_owned(),
                after: rewrite(before),
            }),
        }
    }

    /// What came of it.
    pub(super) fn tried(&self, outcome: CureOutcome) -> TriedCure {
        TriedCure {
            name: self.name,
            statements: self.statements.clone(),
            database: self.database.clone(),
            in_transaction: self.edits.begins(),
            more_round_trips: self.name.more_round_trips() + 2 * u64::from(self.edits.begins()),
            locked_for: self.locked_for,
            needs_retry: self.name.needs_retry(),
            outcome,
        }
    }
}

impl Edits {
    /// Whether nothing is changed.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is sent in the place of a text; `None`: the text.
    pub(super) fn edited(&self, sql: &str) -> Option<String> {
        if let Some(level) = self.level {
            return with_level(sql, level);
        }
        let shape = Shape::of(sql)?;
        let (_, rewrite) = self.rewrites.iter().find(|(it, _)| *it == shape)?;
        rewrite.of(sql, Reader::Server)
    }

    /// Whether transactions are begun.
    pub(super) fn begins(&self) -> bool {
        !self.transaction.is_empty()
    }

    /// Whether one is begun before a statement.
    pub(super) fn begins_before(&self, sql: &Sql) -> bool {
        let shape = Shape::of(&sql.text);
        shape.is_some_and(|shape| self.transaction.contains(&shape))
    }

    /// What keeps the rows that a statement is about to read.
    pub(super) fn keeping(&self, sql: &Sql) -> Option<String> {
        if self.kept.is_empty() {
            return None;
        }
        let shape = Shape::of(&sql.text)?;
        let (_, table) = self.kept.iter().find(|(it, _)| *it == shape)?;
        keeping(&sql.text, &sql.values, table)
    }

    /// What takes the lock before a statement.
    pub(super) fn lock_before(&self, sql: &Sql) -> Option<String> {
        let lock = self.lock.as_ref()?;
        let shape = Shape::of(&sql.text)?;
        let is_meant = lock.before.contains(&shape);
        is_meant.then(|| lock.sql(&sql.text, &sql.values))
    }
}

/// A lock on a name, until the end of the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lock {
    /// The table that the name is of.
    pub(super) table: String,
    /// The columns whose values are a part of the name; none: it is the name of the whole table.
    pub(super) key: BTreeSet<String>,
    /// The statements that it is taken before, once in each transaction.
    pub(super) before: Vec<Shape>,
}

impl Lock {
    /// What takes it before that statement.
    pub(super) fn sql(&self, sql: &str, binds: &[String]) -> String {
        let mut name = self.table.clone();
        if let Doing::Touches(touches) = read(sql, binds, &|_| Vec::new())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_named_gives_way() {
        let serializable = |sql: &str| with_level(sql, IsolationLevel::Serializable);
        assert_eq!(
            serializable("begin isolation level read committed").as_deref(),
            Some("begin isolation level SERIALIZABLE")
        );
        assert_eq!(serializable("BEGIN"), None);
        assert_eq!(serializable("SELECT 'isolation level x'"), None);
    }
}
