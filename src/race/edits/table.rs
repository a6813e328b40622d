use sqlparser::ast::{TableFactor, TableWithJoins};

use crate::db::disposable::{self, Catalog, quoted};

/// A table that statements may be changed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::race) struct Table {
    pub(in crate::race) schema: String,
    pub(in crate::race) name: String,
    pub(in crate::race) columns: Vec<String>,
    /// The columns of its primary key.
    pub(in crate::race) key: Vec<String>,
}

impl Table {
    /// The only one of that bare name, in lower case, that a database has.
    pub(in crate::race) fn find(catalog: &Catalog, name: &str) -> Option<Self> {
        let is_named = |table: &&disposable::Table| table.name.to_lowercase() == name;
        let mut found = catalog.tables.iter().filter(is_named);
        let table = found.next().filter(|_| found.next().is_none())?;
        let names = |all: bool| {
            let columns = table.columns.iter().filter(|it| all || it.key);
            columns.map(|it| it.name.clone()).collect()
        };
        Some(Self {
            schema: table.schema.clone(),
            name: table.name.clone(),
            columns: names(true),
            key: names(false),
        })
    }

    /// Its name in SQL.
    pub(in crate::race) fn sql(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }

    /// A column by its name in lower case, as the database writes it.
    pub(in crate::race) fn column(&self, name: &str) -> Option<&String> {
        self.columns.iter().find(|it| it.to_lowercase() == name)
    }
}

/// What the only table of a FROM is called in the rest of the statement.
pub(in crate::race) fn name_of(from: &TableWithJoins) -> Option<String> {
    match &from.relation {
        TableFactor::Table {
            name,
            alias,
            args: None,
            ..
        } if from.joins.is_empty() => Some(match alias {
            Some(alias) => alias.name.to_string(),
            None => name.0.last()?.to_string(),
        }),
        _ => None,
    }
}
