//! What is known of the tables that statements touch.

use std::collections::{BTreeMap, BTreeSet};

use crate::db::disposable::{Catalog, Reach};

/// The tables of a database, by their bare names in lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    tables: BTreeMap<String, Table>,
    /// Names that several have: it cannot be told which is meant.
    shared: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// What it is called for people.
    pub(super) shown: String,
    pub(super) columns: Vec<String>,
    pub(super) key: BTreeSet<String>,
    /// The tables whose rows its rows name.
    pub(super) parents: BTreeSet<String>,
    /// Whether reading or writing it does nothing else.
    pub(super) plain: bool,
}

impl Tables {
    pub(super) fn new(catalog: &Catalog, reach: &Reach) -> Self {
        let lower = |name: &str| name.to_lowercase();
        let mut known = Self::default();
        for table in &catalog.tables {
            let name = lower(&table.name);
            let key = table.columns.iter().filter(|column| column.key);
            let mut like = reach.relations.iter().filter(|it| lower(&it.name) == name);
            let described = Table {
                shown: table.shown(),
                columns: table.columns.iter().map(|it| lower(&it.name)).collect(),
                key: key.map(|it| lower(&it.name)).collect(),
                parents: table
                    .foreign_keys
                    .iter()
                    .map(|it| lower(&it.table.1))
                    .collect(),
                plain: like.next().is_some_and(|it| it.plain)
                    && like.next().is_none()
                    && !table.columns.iter().any(|it| it.generated),
            };
            if known.tables.insert(name.clone(), described).is_some() {
                known.shared.insert(name);
            }
        }
        known
    }

    /// A table, where the name is that of one alone.
    pub(super) fn get(&self, name: &str) -> Option<&Table> {
        let found = self.tables.get(name);
        found.filter(|_| !self.shared.contains(name))
    }

    /// The columns of its primary key.
    pub(super) fn key(&self, name: &str) -> BTreeSet<String> {
        self.get(name).map(|it| it.key.clone()).unwrap_or_default()
    }

    pub(super) fn columns(&self, name: &str) -> Vec<String> {
        self.get(name)
            .map(|it| it.columns.clone())
            .unwrap_or_default()
    }

    /// What it is called for people.
    pub(super) fn shown(&self, name: &str) -> String {
        self.get(name)
            .map_or_else(|| name.to_owned(), |it| it.shown.clone())
    }
}

#[cfg(test)]
impl Tables {
    /// Plain tables, each with its columns, of which the first is its primary key.
    pub(super) fn of(tables: &[(&str, &[&str])]) -> Self {
        let table = |(name, columns): &(&str, &[&str])| {
            let described = Table {
                shown: (*name).to_owned(),
                columns: columns.iter().map(ToString::to_string).collect(),
                key: columns.iter().take(1).map(ToString::to_string).collect(),
                parents: BTreeSet::new(),
                plain: true,
            };
            ((*name).to_owned(), described)
        };
        Self {
            tables: tables.iter().map(table).collect(),
            shared: BTreeSet::new(),
        }
    }
}
