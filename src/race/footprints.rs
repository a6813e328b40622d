//! What a program's statement touches: by its text, and by what the catalogs know of the tables in
//! it. When in doubt: everything.

mod harmless;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use self::harmless::calls_unknown_function;
pub(super) use self::text::is_call;
use self::text::{is_obscure, is_odd, is_string, keeps_names, target};
use super::lexer::statements;
use crate::db::disposable::{Reach, Relation};
use crate::explore::Footprint;

/// PostgreSQL cuts names off behind so many bytes (manual, 4.1.1).
const LONGEST_NAME: usize = 63;

/// What the statements of a database's programs touch.
#[derive(Debug)]
pub(super) struct Footprints {
    relations: BTreeMap<u32, Table>,
    /// By their names in lower case, of all schemas.
    names: BTreeMap<String, Vec<u32>>,
    functions: BTreeSet<String>,
    functions_may_change_names: bool,
    /// Whether nothing can be said of any statement.
    is_unknown: bool,
}

#[derive(Debug)]
struct Table {
    plain: bool,
    parents: Vec<u32>,
    children: Vec<u32>,
    sequences: Vec<u32>,
}

/// What becomes of a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// There are more.
    Insert,
    /// They change, or go, and whatever refers to them with them.
    Any,
}

impl Footprints {
    pub(super) fn new(reach: &Reach) -> Self {
        let functions = reach.functions.iter().map(|name| name.to_lowercase());
        let functions: BTreeSet<String> = functions.collect();
        let computes = |texts: &[String]| {
            let words = texts.iter().flat_map(|text| statements(text));
            words.into_iter().any(|words| {
                calls_unknown_function(&words, &["nextval"], None)
                    || words.iter().any(|it| functions.contains(it))
            })
        };
        let mut relations: BTreeMap<u32, Table> = BTreeMap::new();
        let mut names: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for relation in &reach.relations {
            let name = relation.name.to_lowercase();
            names.entry(name).or_default().push(relation.id);
            let plain = relation.plain
                && !computes(&relation.expressions)
                && !takes_from_unknown_sequence(relation);
            let table = Table {
                plain,
                parents: relation.parents.clone(),
                children: Vec::new(),
                sequences: relation.sequences.clone(),
            };
            relations.insert(relation.id, table);
        }
        for relation in &reach.relations {
            for parent in &relation.parents {
                if let Some(parent) = relations.get_mut(parent) {
                    parent.children.push(relation.id);
                }
            }
        }
        let odd = |relation: &Relation| is_odd(&relation.name);
        Self {
            is_unknown: reach.operators_run_code
                || !reach.settings_are_usual
                || computes(&reach.domain_checks)
                || reach.relations.iter().any(odd)
                || reach.functions.iter().any(|name| is_odd(name)),
            relations,
            names,
            functions,
            functions_may_change_names: reach.functions_may_change_names,
        }
    }

    /// What a statement touches, or a call to the outside.
    pub(super) fn of(&self, sql: &str) -> Footprint {
        if self.is_unknown {
            return Footprint::Everything;
        }
        if is_call(sql) {
            return Footprint::writing("calls to the outside");
        }
        // What is in front of the first word hides from others what the statement is.
        if !sql.starts_with(|first: char| first.is_ascii_alphabetic()) || is_obscure(sql) {
            return Footprint::Everything;
        }
        match statements(sql).as_slice() {
            [words] => self.of_words(words),
            [begin, words] if ["begin", "start"].contains(&begin[0].as_str()) => {
                self.of_words(words)
            }
            _ => Footprint::Everything,
        }
    }

    /// Whether names may mean something else after a statement, in any session.
    pub(super) fn changes_names(&self, sql: &str) -> bool {
        let many = statements(sql);
        self.is_unknown
            || self.functions_may_change_names && is_obscure(sql)
            || many.iter().any(|words| {
                let count = |name: &str| words.iter().filter(|word| *word == name).count();
                let makes_table = count("into") > count("insert") + count("merge");
                let runs_code = words.iter().any(|word| self.is_code(word));
                !keeps_names(&words[0])
                    || makes_table
                    || words
                        .iter()
                        .any(|word| word.contains("standard_conforming"))
                    || self.functions_may_change_names && runs_code
            })
    }

    /// Whether a name is that of somebody's code, or of what may run some.
    fn is_code(&self, word: &str) -> bool {
        let name = word.to_lowercase();
        let mut found = self.named(&name).iter();
        self.functions.contains(&name)
            || found.any(|id| {
                let reached = self.changed_with(*id, Change::Any);
                reached.iter().any(|id| !self.is_plain(*id))
            })
    }

    fn named(&self, name: &str) -> &[u32] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    fn is_plain(&self, id: u32) -> bool {
        self.relations.get(&id).is_some_and(|table| table.plain)
    }

    fn of_words(&self, words: &[String]) -> Footprint {
        let first = words[0].as_str();
        match first {
            "commit" | "end" | "rollback" | "abort" => {
                let plain = ["work", "transaction"];
                return match words {
                    [_] => Footprint::Nothing,
                    [_, second] if plain.contains(&second.as_str()) => Footprint::Nothing,
                    _ => Footprint::Everything,
                };
            }
            "begin" | "start" | "savepoint" | "release" => return Footprint::Nothing,
            "select" | "insert" | "update" | "delete" | "with" => {}
            _ => return Footprint::Everything,
        }
        if self.is_beyond(words) {
            return Footprint::Everything;
        }
        let named: BTreeSet<u32> = words
            .iter()
            .filter(|word| !is_string(word))
            .flat_map(|word| self.named(&word.to_lowercase()).iter().copied())
            .collect();
        if !named.iter().all(|id| self.is_plain(*id)) {
            return Footprint::Everything;
        }
        let has = |name: &str| words.iter().any(|word| word == name);
        let locks = words.windows(2).any(|pair| {
            pair[0] == "for" && ["update", "share", "no", "key"].contains(&pair[1].as_str())
        });
        let writes = has("insert") || has("update") || has("delete");
        let change = match has("update") || has("delete") || has("conflict") {
            true => Change::Any,
            false => Change::Insert,
        };
        let targets: BTreeSet<u32> = match first {
            // Whichever of them it is.
            _ if writes && has("with") => named.clone(),
            "insert" | "update" | "delete" => target(words)
                .map(|name| self.named(&name.to_lowercase()).iter().copied().collect())
                .unwrap_or_default(),
            _ => BTreeSet::new(),
        };
        if targets.is_empty() && ["insert", "update", "delete"].contains(&first) {
            return Footprint::Everything;
        }
        let mut written = BTreeSet::new();
        for target in &targets {
            let changed = self.changed_with(*target, change);
            if !changed.iter().all(|id| self.is_plain(*id)) {
                return Footprint::Everything;
            }
            for id in changed {
                let table = &self.relations[&id];
                // A check of a foreign key locks the row that it finds.
                written.extend(table.parents.iter().map(|id| name(*id)));
                written.extend(table.sequences.iter().map(|id| name(*id)));
                written.insert(name(id));
            }
        }
        let read: BTreeSet<String> = named.iter().map(|id| name(*id)).collect();
        if locks {
            written.extend(read.iter().cloned());
        }
        Footprint::Touches {
            reads: &read - &written,
            writes: written,
        }
    }

    /// The tables that change with one: those that refer to it, those that refer to these, …
    fn changed_with(&self, id: u32, change: Change) -> BTreeSet<u32> {
        let mut found = BTreeSet::from([id]);
        let mut open = vec![id];
        while let Some(id) = open.pop().filter(|_| change == Change::Any) {
            let children = self
                .relations
                .get(&id)
                .into_iter()
                .flat_map(|it| &it.children);
            open.extend(children.filter(|child| found.insert(**child)));
        }
        found
    }

    /// Whether a statement touches more than the tables that are named in it, or may.
    fn is_beyond(&self, words: &[String]) -> bool {
        let count = |name: &str| words.iter().filter(|word| *word == name).count();
        let goes_on = |pair: &[String]| pair[0].starts_with("e'") && pair[1].starts_with('\'');
        let of_us = |word: &String| {
            word.starts_with("pg_")
                || ["information_schema", "lockbench_outside", "lockbench_race"]
                    .contains(&word.as_str())
        };
        // Before version 15 `1for` was two words.
        let runs_on = |word: &String| {
            word.starts_with(|first: char| first.is_ascii_digit() || first == '$')
                && word.contains(char::is_alphabetic)
        };
        let names = || words.iter().filter(|word| !is_string(word));
        names().any(|word| word.len() > LONGEST_NAME || of_us(word) || runs_on(word))
            || names().any(|word| self.functions.contains(&word.to_lowercase()))
            || words.windows(2).any(goes_on)
            || count("merge") > 0
            || count("into") > count("insert")
            || calls_unknown_function(words, &[], target(words))
    }
}

fn takes_from_unknown_sequence(relation: &Relation) -> bool {
    let mut texts = relation.expressions.iter();
    texts.any(|text| text.contains("nextval")) && relation.sequences.is_empty()
}

fn name(id: u32) -> String {
    format!("relation {id}")
}
