//! Final states without what differs by nature, such as new keys and clocks, so that two can be
//! compared.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::db::disposable::{Catalog, Contents, ForeignKey, Row, Table};

/// How deep a row is shown in place of the key that names it.
const DEEPEST: usize = 3;

/// A state: the rows of each table that is not as it was, in the order of their texts, and each as
/// its columns' names and values.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State(pub(super) BTreeMap<usize, Vec<ComparedRow>>);

/// A row as it is compared: its columns by name, without those that are left out.
pub(super) type ComparedRow = Vec<(String, String)>;

/// Makes states comparable.
#[derive(Debug, Default)]
pub(super) struct Normalizer {
    pub(super) catalog: Catalog,
    /// The rows that the tables had, of those that have ever changed.
    pub(super) before: BTreeMap<usize, Vec<Row>>,
    /// Columns that differ by nature, by table and column: which value they have is of no
    /// interest, where they did not have it before.
    pub(super) made_up: BTreeSet<(usize, usize)>,
    /// Columns that are not looked at.
    pub(super) ignored: BTreeSet<(usize, usize)>,
}

impl Normalizer {
    /// Begins with the columns whose values the database makes up.
    pub(super) fn new(catalog: Catalog) -> Self {
        let mut made_up = BTreeSet::new();
        for (number, table) in catalog.tables.iter().enumerate() {
            for (place, column) in table.columns.iter().enumerate() {
                if column.made_up {
                    made_up.insert((number, place));
                }
            }
        }
        Self {
            catalog,
            made_up,
            ..Self::default()
        }
    }

    /// The state that `contents` are.
    pub(super) fn state(&self, contents: &Contents) -> State {
        let mut state = State::default();
        for (number, rows) in &contents.0 {
            let mut shown: Vec<ComparedRow> = rows
                .iter()
                .map(|row| self.row(*number, row, contents, DEEPEST))
                .collect();
            shown.sort();
            // It may differ from what was there in nothing that is looked at.
            if shown != self.rows_before(*number) {
                state.0.insert(*number, shown);
            }
        }
        state
    }

    /// The rows of a table as they were.
    pub(super) fn rows_before(&self, number: usize) -> Vec<ComparedRow> {
        let rows = self.before.get(&number).into_iter().flatten();
        let nothing = Contents::default();
        let mut shown: Vec<ComparedRow> = rows
            .map(|row| self.row(number, row, &nothing, DEEPEST))
            .collect();
        shown.sort();
        shown
    }

    fn row(&self, number: usize, row: &Row, contents: &Contents, depth: usize) -> ComparedRow {
        let table = &self.catalog.tables[number];
        let columns = table.columns.iter().enumerate();
        let looked_at = columns.filter(|(place, _)| !self.ignored.contains(&(number, *place)));
        looked_at
            .filter_map(|(place, column)| {
                let value = row.get(place)?.as_deref();
                // A call without a body, say, has one column less.
                if value.is_none() && table.is_of_calls() {
                    return None;
                }
                let shown = self.value(number, place, value, contents, depth);
                Some((column.name.clone(), shown))
            })
            .collect()
    }

    fn value(
        &self,
        number: usize,
        place: usize,
        value: Option<&str>,
        contents: &Contents,
        depth: usize,
    ) -> String {
        let Some(value) = value else {
            return "NULL".to_owned();
        };
        let table = &self.catalog.tables[number];
        let name = &table.columns[place].name;
        let key = table.foreign_keys.iter().find(|key| key.column == *name);
        if let Some(target) = key.and_then(|key| self.target(key))
            && self.made_up.contains(&target)
            && !self.was_there(target, value)
        {
            return self.named(target, value, contents, depth);
        }
        match self.made_up.contains(&(number, place)) && !self.was_there((number, place), value) {
            true => "(new)".to_owned(),
            false => value.to_owned(),
        }
    }

    /// The table and the column that a foreign key leads to.
    fn target(&self, key: &ForeignKey) -> Option<(usize, usize)> {
        let is_it = |table: &Table| (&table.schema, &table.name) == (&key.table.0, &key.table.1);
        let number = self.catalog.tables.iter().position(is_it)?;
        let columns = &self.catalog.tables[number].columns;
        let place = columns
            .iter()
            .position(|column| column.name == key.target)?;
        Some((number, place))
    }

    /// Whether a column had that value before. In a table that never changed, it had.
    fn was_there(&self, (number, place): (usize, usize), value: &str) -> bool {
        let Some(rows) = self.before.get(&number) else {
            return true;
        };
        let mut values = rows.iter().filter_map(|row| row.get(place)?.as_deref());
        values.any(|was| was == value)
    }

    /// A new row in the place of the key that names it.
    fn named(
        &self,
        (number, place): (usize, usize),
        value: &str,
        contents: &Contents,
        depth: usize,
    ) -> String {
        let rows = contents.0.get(&number).into_iter().flatten();
        let mut rows = rows.filter(|row| {
            row.get(place)
                .is_some_and(|it| it.as_deref() == Some(value))
        });
        match (rows.next(), depth) {
            (Some(row), 1..) => format!(
                "({})",
                in_words(&self.row(number, row, contents, depth - 1))
            ),
            (Some(_), 0) => "(new)".to_owned(),
            (None, _) => "(no such row)".to_owned(),
        }
    }

    /// Takes columns for made up in which two runs of the same order differ. Gives whether there
    /// were any.
    pub(super) fn learn(&mut self, one: &Contents, other: &Contents) -> bool {
        let before = self.made_up.len();
        for (number, rows) in &one.0 {
            let Some(others) = other.0.get(number) else {
                continue;
            };
            for place in 0..self.catalog.tables[*number].columns.len() {
                if column(rows, place) != column(others, place) {
                    self.made_up.insert((*number, place));
                }
            }
        }
        self.made_up.len() > before
    }
}

/// The values of a column, sorted.
fn column(rows: &[Row], place: usize) -> Vec<Option<&str>> {
    let mut values: Vec<Option<&str>> = rows
        .iter()
        .map(|row| row.get(place).and_then(Option::as_deref))
        .collect();
    values.sort_unstable();
    values
}

/// A row in words: what is new by nature says nothing.
pub(super) fn in_words(row: &ComparedRow) -> String {
    let told: Vec<String> = row
        .iter()
        .filter(|(_, value)| value != "(new)")
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    told.join(", ")
}
