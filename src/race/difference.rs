//! In what a state differs from those that are right, table by table.

use std::collections::BTreeSet;

use serde::Serialize;

use super::normalize::{ComparedRow, Normalizer, State, in_words};

/// Rows of a table that are written out; of more only the number is.
const WRITTEN_OUT: usize = 2;

/// A table that is not what it would be if the sessions had run one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// What changed in it.
    pub found: String,
    /// What changes in it when the sessions run one after the other, by their orders.
    pub expected: Vec<String>,
    /// How many rows there are.
    pub rows: usize,
    /// How many there are when the sessions run one after the other, by their orders.
    pub expected_rows: Vec<usize>,
}

impl Difference {
    /// Whether there are more rows than any order leaves.
    pub(super) fn has_too_many(&self) -> bool {
        self.expected_rows
            .iter()
            .all(|expected| *expected < self.rows)
    }
}

/// The tables in which `state` differs from the nearest of the `expected`.
pub(super) fn differences(
    normalizer: &Normalizer,
    state: &State,
    expected: &[State],
) -> Vec<Difference> {
    let differing = |other: &State| -> BTreeSet<usize> {
        let numbers = state.0.keys().chain(other.0.keys());
        numbers
            .filter(|number| state.0.get(number) != other.0.get(number))
            .copied()
            .collect()
    };
    let nearest = expected.iter().map(differing).min_by_key(BTreeSet::len);
    nearest
        .unwrap_or_default()
        .into_iter()
        .map(|number| {
            let in_expected = expected
                .iter()
                .map(|state| changes(normalizer, state, number));
            let mut found = Vec::new();
            for words in in_expected {
                if !found.contains(&words) {
                    found.push(words);
                }
            }
            let mut counts = Vec::new();
            for rows in expected.iter().map(|state| rows(normalizer, state, number)) {
                if !counts.contains(&rows) {
                    counts.push(rows);
                }
            }
            Difference {
                table: normalizer.catalog.tables[number].shown(),
                found: changes(normalizer, state, number),
                expected: found,
                rows: rows(normalizer, state, number),
                expected_rows: counts,
            }
        })
        .collect()
}

/// A state in words, table by table.
pub(super) fn whole(normalizer: &Normalizer, state: &State) -> String {
    let each: Vec<String> = state
        .0
        .keys()
        .map(|number| {
            let table = normalizer.catalog.tables[*number].shown();
            format!("{table}: {}", changes(normalizer, state, *number))
        })
        .collect();
    match each.is_empty() {
        true => "nothing changed".to_owned(),
        false => each.join("; "),
    }
}

/// How many rows a table has.
fn rows(normalizer: &Normalizer, state: &State, number: usize) -> usize {
    let now = state.0.get(&number).map(Vec::len);
    now.unwrap_or_else(|| normalizer.rows_before(number).len())
}

/// What a state has changed in a table, in words.
fn changes(normalizer: &Normalizer, state: &State, number: usize) -> String {
    let Some(now) = state.0.get(&number) else {
        return "unchanged".to_owned();
    };
    let before = normalizer.rows_before(number);
    let (added, removed) = (without(now, &before), without(&before, now));
    let mut words = match added.as_slice() {
        [] => String::new(),
        rows if rows.len() <= WRITTEN_OUT && rows.iter().all(|row| !in_words(row).is_empty()) => {
            let mut each: Vec<(String, usize)> = Vec::new();
            for row in rows {
                let row = in_words(row);
                match each.iter_mut().find(|(known, _)| *known == row) {
                    Some((_, count)) => *count += 1,
                    None => each.push((row, 1)),
                }
            }
            let each: Vec<String> = each
                .into_iter()
                .map(|(row, count)| match count {
                    1 => format!("({row})"),
                    _ => format!("{count} × ({row})"),
                })
                .collect();
            each.join(" and ")
        }
        rows => format!("{} new", counted(rows.len())),
    };
    if removed.len() > added.len() {
        let gone = format!("{} gone", counted(removed.len() - added.len()));
        words = match words.is_empty() {
            true => gone,
            false => format!("{words}, {gone}"),
        };
    }
    words
}

fn counted(rows: usize) -> String {
    match rows {
        1 => "1 row".to_owned(),
        _ => format!("{rows} rows"),
    }
}

/// The rows of `some` that are not among `others`, each as often as it is there more often.
fn without(some: &[ComparedRow], others: &[ComparedRow]) -> Vec<ComparedRow> {
    let mut others: Vec<&ComparedRow> = others.iter().collect();
    let mut left = Vec::new();
    for row in some {
        match others.iter().position(|other| *other == row) {
            Some(place) => drop(others.swap_remove(place)),
            None => left.push(row.clone()),
        }
    }
    left
}
