//! What a statement touches, as far as its text tells. When in doubt: everything.

use std::collections::BTreeSet;

use super::Statement;

/// What a statement reads and writes: tables, rows or locks, by any names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Footprint {
    /// Nothing that any other session will ever touch.
    Nothing,
    /// These.
    Touches {
        /// What it reads.
        reads: BTreeSet<String>,
        /// What it writes or locks.
        writes: BTreeSet<String>,
    },
    /// Anything: it is never taken to be independent of another statement.
    Everything,
}

/// Words that stand before a bracket without being a function, and functions that touch nothing.
pub(crate) const HARMLESS: &[&str] = &[
    "values", "in", "and", "or", "not", "as", "on", "where", "set", "exists", "any", "all",
    "using", "conflict", "case", "when", "then", "else", "count", "sum", "max", "min", "avg",
    "coalesce", "abs", "lower", "upper",
];

impl Footprint {
    /// What the text of a statement tells, table by table. Triggers, rules, views and foreign
    /// keys do not show in it.
    pub fn of(statement: &Statement) -> Self {
        if let Some(lock) = statement.sql.strip_prefix("-- lock ") {
            return Self::writing(lock);
        }
        let words = words(&statement.sql);
        // What the transaction touches is known from its statements.
        if matches!(words.as_slice(), [word] if ["commit", "rollback"].contains(&word.as_str())) {
            return Self::Nothing;
        }
        let first = words.first().map_or("", String::as_str);
        if !matches!(first, "select" | "insert" | "update" | "delete")
            || words.iter().any(|word| word == ";")
            || calls_unknown_function(&words)
        {
            return Self::Everything;
        }
        let (mut reads, mut writes) = tables(&words);
        if first == "select" && is_locking(&words) {
            writes.append(&mut reads);
        }
        Self::Touches { reads, writes }
    }

    /// The same where all that it touches is a part of one thing, which it may lock.
    pub(super) fn merged_into(self, name: &str) -> Self {
        let one = |names: BTreeSet<String>| {
            let any = !names.is_empty();
            any.then(|| name.to_owned()).into_iter().collect()
        };
        match self {
            // Whether a reader holds a writer up depends on the journal: it may.
            Self::Touches { reads, mut writes } => {
                writes.extend(reads);
                Self::Touches {
                    reads: BTreeSet::new(),
                    writes: one(writes),
                }
            }
            other => other,
        }
    }

    /// A footprint that writes or locks one thing.
    pub fn writing(name: impl Into<String>) -> Self {
        Self::Touches {
            reads: BTreeSet::new(),
            writes: BTreeSet::from([name.into()]),
        }
    }
}

/// Names and keywords in lower case without their quotes, punctuation, and operators, sign by sign.
pub(super) fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for character in sql.chars() {
        match character {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '"' | '`' => {}
            _ if character.is_alphanumeric() || "_.$?".contains(character) => {
                word.extend(character.to_lowercase());
            }
            _ => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                if ",();=<>+-*/%|".contains(character) {
                    words.push(character.to_string());
                }
            }
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn calls_unknown_function(words: &[String]) -> bool {
    words.windows(2).enumerate().any(|(at, pair)| {
        let names_table = at > 0 && words[at - 1] == "into";
        pair[1] == "("
            && !names_table
            && pair[0].starts_with(|first: char| first.is_alphabetic() || first == '_')
            && !HARMLESS.contains(&pair[0].as_str())
    })
}

fn is_locking(words: &[String]) -> bool {
    words.windows(2).any(|pair| {
        matches!(
            [pair[0].as_str(), pair[1].as_str()],
            ["for", "update" | "share" | "no" | "key"] | ["lock", "in"]
        )
    })
}

/// The tables that are read, and those that are written.
fn tables(words: &[String]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
    let first = words[0].as_str();
    let is_name =
        |word: &String| word.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let mut in_from = false;
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| words[at].as_str());
        if !is_name(word) {
            continue;
        }
        let listed = in_from && before == ",";
        match (first, before) {
            ("insert", "into") | ("delete", "from") => {
                writes.insert(word.clone());
            }
            ("update", "update") if at == 1 => {
                writes.insert(word.clone());
            }
            (_, "from" | "join") => {
                reads.insert(word.clone());
                in_from = true;
            }
            _ if listed => {
                reads.insert(word.clone());
            }
            _ if matches!(
                word.as_str(),
                "where" | "order" | "group" | "limit" | "set" | "for"
            ) =>
            {
                in_from = false;
            }
            _ => {}
        }
    }
    (reads, writes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Footprint {
        Footprint::of(&Statement {
            sql: sql.to_owned(),
            binds: Vec::new(),
        })
    }

    fn touches(reads: &[&str], writes: &[&str]) -> Footprint {
        let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Footprint::Touches {
            reads: set(reads),
            writes: set(writes),
        }
    }

    #[test]
    fn plain_statements_touch_the_tables_they_name() {
        assert_eq!(
            of("SELECT \"a\".\"x\" FROM \"a\", \"b\" JOIN c ON (a.x = c.x) WHERE a.x IN ($1, $2)"),
            touches(&["a", "b", "c"], &[])
        );
        assert_eq!(
            of("SELECT x FROM a WHERE y = 1 FOR UPDATE"),
            touches(&[], &["a"])
        );
        assert_eq!(
            of("SELECT x FROM a LOCK IN SHARE MODE"),
            touches(&[], &["a"])
        );
        assert_eq!(
            of("INSERT INTO a (x, y) VALUES ($1, $2)"),
            touches(&[], &["a"])
        );
        assert_eq!(
            of("UPDATE a SET x = x - 1 WHERE id = 1"),
            touches(&[], &["a"])
        );
        assert_eq!(of("DELETE FROM a WHERE id = 1"), touches(&[], &["a"]));
        assert_eq!(
            of("UPDATE a SET x = (SELECT max(x) + 1 FROM b)"),
            touches(&["b"], &["a"])
        );
        assert_eq!(of("INSERT INTO a SELECT x FROM b"), touches(&["b"], &["a"]));
        assert_eq!(of("-- lock item 1"), touches(&[], &["item 1"]));
    }

    #[test]
    fn what_is_not_understood_touches_everything() {
        for sql in [
            "SELECT pg_advisory_lock($1, $2)",
            "SELECT x, nextval('s') FROM a",
            "WITH t AS (SELECT 1) SELECT * FROM t",
            "UPDATE a SET x = 1; UPDATE b SET x = 1",
            "CALL f()",
            "SELECT * FROM f($1)",
            "TRUNCATE a",
            "",
        ] {
            assert_eq!(of(sql), Footprint::Everything, "{sql}");
        }
    }
}
