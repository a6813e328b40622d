//! What a statement does to rows of a table, as far as its text tells.

use std::collections::{BTreeMap, BTreeSet};

/// The names of the columns of a table, in their order.
pub(in crate::race) type ColumnsOf<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// What a statement does to rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::race) struct Touch {
    /// The table, by its bare name in lower case.
    pub(in crate::race) table: String,
    pub(in crate::race) how: How,
    pub(in crate::race) rows: Rows,
}

/// How rows are touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::race) enum How {
    /// They are read.
    Read(Read),
    /// They are new.
    Insert,
    /// Columns of them are written.
    Update(BTreeMap<String, Assigned>),
    /// They go.
    Delete,
}

/// How rows are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::race) struct Read {
    /// The columns that are read or asked for; `None`: all of them, or it cannot be told.
    pub(in crate::race) columns: Option<BTreeSet<String>>,
    /// Whether they are locked.
    pub(in crate::race) locks: bool,
    /// Whether it is a write's own look for the rows that it changes.
    pub(in crate::race) own: bool,
    /// The columns that the answer shows, in their order, where it shows nothing else.
    pub(in crate::race) shown: Vec<String>,
}

/// What is written to a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::race) enum Assigned {
    /// A value that the program has sent.
    Value(String),
    /// A value that cannot be told, and comes from no column.
    Unknown,
    /// What is computed from what is there.
    Relative,
}

/// Which rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::race) struct Rows {
    /// The columns that are known to have a value.
    pub(in crate::race) equal: BTreeMap<String, String>,
    /// The same of the only row that the answer shows, which is not what decides.
    pub(in crate::race) seen: BTreeMap<String, String>,
    /// Whether nothing else decides which rows they are.
    pub(in crate::race) exact: bool,
    /// Whether there may be more of them than are touched: LIMIT, SKIP LOCKED.
    pub(in crate::race) limited: bool,
}

/// Whether two statements touch a row that is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::race) enum Meets {
    Never,
    Perhaps,
    Surely,
}

impl Touch {
    pub(in crate::race) fn writes(&self) -> bool {
        !matches!(self.how, How::Read(_))
    }

    /// What an INSERT that was refused has seen: that the row is there, say.
    pub(in crate::race) fn into_look(self) -> Self {
        Self {
            how: How::Read(Read {
                columns: None,
                locks: true,
                own: true,
                shown: Vec::new(),
            }),
            rows: Rows {
                exact: false,
                ..self.rows
            },
            ..self
        }
    }

    /// The same whatever columns it reads: a lock is one of the row.
    pub(in crate::race) fn of_whole_rows(&self) -> Self {
        let mut whole = self.clone();
        if let How::Read(read) = &mut whole.how {
            read.columns = None;
        }
        whole
    }

    pub(in crate::race) fn read(&self) -> Option<&Read> {
        match &self.how {
            How::Read(read) => Some(read),
            _ => None,
        }
    }

    /// Whether this meets a write. `key`: the columns of the table's primary key.
    pub(in crate::race) fn meets(&self, write: &Self, key: &BTreeSet<String>) -> Meets {
        if self.table != write.table || self.how == How::Insert && write.how == How::Insert {
            return Meets::Never;
        }
        if let (How::Read(read), How::Update(set)) = (&self.how, &write.how)
            && let Some(columns) = &read.columns
            && !set.keys().any(|column| columns.contains(column))
        {
            return Meets::Never;
        }
        let (mine, theirs) = (&self.rows.equal, &write.rows.equal);
        let shared = || {
            mine.iter()
                .filter(|(column, _)| theirs.contains_key(*column))
        };
        let differs = |(column, value): (&String, &String)| {
            differ(value, &theirs[column]) && !write.may_set(column, value) && !self.sets(column)
        };
        if shared().any(differs) {
            return Meets::Never;
        }
        let same = |column: &String| {
            mine.get(column)
                .is_some_and(|it| theirs.get(column) == Some(it))
        };
        let seen = |column: &String| {
            let seen = self.rows.seen.get(column);
            seen.is_some_and(|it| theirs.get(column) == Some(it))
        };
        let by_key = !key.is_empty() && key.iter().all(|it| same(it) || seen(it));
        let all = mine.keys().all(same) && self.rows.exact && !self.rows.limited;
        let by_condition = all && (write.how == How::Insert || write.rows.exact && mine == theirs);
        // All rows of the table.
        let by_all = all && mine.is_empty();
        match by_key || by_condition || by_all {
            true => Meets::Surely,
            false => Meets::Perhaps,
        }
    }

    /// Whether it gives a column a value.
    fn sets(&self, column: &str) -> bool {
        matches!(&self.how, How::Update(set) if set.contains_key(column))
    }

    /// Whether it may give a column that value.
    fn may_set(&self, column: &str, value: &str) -> bool {
        match &self.how {
            How::Update(set) => match set.get(column) {
                None => false,
                Some(Assigned::Value(new)) => !differ(new, value),
                Some(Assigned::Unknown | Assigned::Relative) => true,
            },
            _ => false,
        }
    }
}

/// Whether two values differ whatever their type is: `1` and `1.0` may be the same, `a` and `A`.
pub(in crate::race) fn differ(one: &str, other: &str) -> bool {
    match (one.parse::<i64>(), other.parse::<i64>()) {
        (Ok(one), Ok(other)) => one != other,
        _ => {
            let is_word = |text: &str| {
                let truths = [
                    "t", "f", "true", "false", "yes", "no", "on", "off", "y", "n",
                ];
                let lower = text.to_lowercase();
                // Other letters may be the same to a collation: é and e.
                lower.is_ascii()
                    && lower.starts_with(char::is_alphabetic)
                    && !truths.contains(&lower.as_str())
            };
            is_word(one)
                && is_word(other)
                && one.trim().to_lowercase() != other.trim().to_lowercase()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_differ_only_where_no_type_makes_them_the_same() {
        for (one, other) in [("1", "2"), ("ann", "bob"), ("pending", "sent")] {
            assert!(differ(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("1", "1"),
            ("1", "1.0"),
            ("t", "true"),
            ("Ann", "ann"),
            ("rené", "rene"),
            ("1", "one"),
        ] {
            assert!(!differ(one, other), "{one} {other}");
        }
    }
}
