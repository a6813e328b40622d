//! Whether what a schedule has left is right.

use std::collections::BTreeMap;

use anyhow::Result;

use super::difference::{Difference, differences, whole};
use super::oracle::{Allowed, Oracle};
use super::program::Ending;
use crate::db::AnyConnection;
use crate::db::disposable::holds;
use crate::explore::{Inspection, Step};
use crate::model::figures::thousands;

/// What is counted by itself: PostgreSQL's SQLSTATEs, and MariaDB's numbers.
const COUNTED: [&str; 18] = [
    "40001", "40P01", "23505", "23503", "23514", "23P01", "55P03", "57014", "25P02", "1213",
    "1020", "1205", "1062", "1451", "1452", "4025", "3819", "1467",
];

/// A schedule in which a session failed.
pub(super) const FAILED: &str = "failed";

/// What is said of a schedule that is like none of the sessions one after the other.
pub(super) const NOT_SERIAL: &str = "they left what no order of them, one after the other, leaves";

/// Judges what schedules have left.
pub(super) struct Judge {
    pub(super) oracle: Oracle,
    /// SQL that gives no row, or only true.
    pub(super) invariants: Vec<String>,
    /// The exit codes that a session may end with; none: any.
    pub(super) expected_exits: Vec<i32>,
    /// In what each broken state that was met differs from what is right, by its words.
    pub(super) differences: BTreeMap<String, Vec<Difference>>,
    /// Runs that could not be held against all orders.
    pub(super) undecided: Undecided,
}

/// Runs of which it is not known whether an order of the sessions, one after the other, leaves the
/// same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Undecided {
    runs: u64,
    /// Of the one that was held against the smallest part: the orders that were tried, and all.
    tried: u64,
    all: u64,
}

impl Undecided {
    fn add(&mut self, tried: u64, all: u64) {
        self.runs += 1;
        if all >= self.all {
            (self.tried, self.all) = (tried, all);
        }
    }

    /// Why there is no verdict, if there are any.
    pub(super) fn reason(&self) -> Option<String> {
        let runs = match self.runs {
            0 => return None,
            1 => "1 run is".to_owned(),
            runs => format!("{} runs are", thousands(runs)),
        };
        Some(format!(
            "{runs} like none of the {} orders, one after the other, that were tried, and there \
             are {}: too many to try them all. --invariant says what is right without them",
            thousands(self.tried),
            thousands(self.all)
        ))
    }
}

impl Judge {
    /// Judges what is in the tables now.
    ///
    /// # Errors
    /// The tables cannot be read, or a session cannot be run alone.
    pub(super) fn judge(
        &mut self,
        connection: &mut AnyConnection,
        steps: &[Step],
    ) -> Result<Inspection> {
        let endings: Vec<Ending> = (self.oracle.sessions.iter())
            .map(|session| {
                let last = session.last_ending();
                last.unwrap_or_else(|| Ending::unknown("it did not end"))
            })
            .collect();
        let state = self.oracle.look(connection)?;
        let broken_invariant = self.broken_invariant(connection)?;
        let mut marks = self.marks(&endings);
        let words: Vec<&str> = endings.iter().map(|ending| ending.words.as_str()).collect();
        let words = format!(
            "{}; {}",
            whole(&self.oracle.normalizer, &state),
            words.join(", ")
        );
        let unexpected = endings.iter().position(|ending| {
            !self.expected_exits.is_empty()
                && !ending
                    .code
                    .is_some_and(|code| self.expected_exits.contains(&code))
        });
        let broken = if let Some(invariant) = broken_invariant {
            Some(format!("the invariant does not hold: {invariant}"))
        } else if let Some(session) = unexpected {
            let ending = &endings[session].words;
            Some(format!("session {} ended with {ending}", session + 1))
        } else {
            let likely = likely_orders(endings.len(), steps);
            match (self.oracle).allows(connection, &state, &endings, &likely)? {
                Allowed::Yes => None,
                Allowed::No => {
                    if !self.differences.contains_key(&words) {
                        let expected = self.oracle.expected().into_iter().map(|(_, state)| state);
                        let expected: Vec<_> = expected.collect();
                        let differences = differences(&self.oracle.normalizer, &state, &expected);
                        self.differences.insert(words.clone(), differences);
                    }
                    Some(sentence(&endings))
                }
                Allowed::Unknown { tried, all } => {
                    self.undecided.add(tried, all);
                    None
                }
            }
        };
        marks.dedup();
        Ok(Inspection {
            state: Some(words),
            broken,
            marks,
            cut: false,
        })
    }

    fn broken_invariant(&self, connection: &mut AnyConnection) -> Result<Option<String>> {
        for invariant in &self.invariants {
            if !holds(connection, invariant)? {
                return Ok(Some(invariant.clone()));
            }
        }
        Ok(None)
    }

    fn marks(&self, endings: &[Ending]) -> Vec<&'static str> {
        let mut marks = Vec::new();
        for (session, ending) in self.oracle.sessions.iter().zip(endings) {
            let seen = session.seen();
            if ending.succeeded {
                continue;
            }
            marks.push(FAILED);
            // A failed transaction refuses whatever follows: what came first is the reason.
            let first = seen.refusals.first();
            let known = first.and_then(|code| COUNTED.iter().find(|known| *known == code));
            marks.push(match (known, first) {
                (Some(known), _) => known,
                (None, Some(_)) => "other",
                (None, None) => "none",
            });
        }
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}

/// The orders that a schedule is likely to be like: by the last statements of the sessions, which
/// commit, and by the first, which look.
fn likely_orders(sessions: usize, steps: &[Step]) -> Vec<Vec<usize>> {
    let mut by_last: Vec<usize> = (0..sessions).collect();
    let mut by_first = by_last.clone();
    let is_of = |session: usize| move |step: &Step| step.session == session + 1;
    by_last.sort_by_key(|session| steps.iter().rposition(is_of(*session)));
    by_first.sort_by_key(|session| steps.iter().position(is_of(*session)));
    vec![by_last, by_first]
}

fn sentence(endings: &[Ending]) -> String {
    let succeeded = endings.iter().filter(|ending| ending.succeeded).count();
    match (succeeded, endings.len()) {
        (2, 2) => format!("Both ended well, and together {NOT_SERIAL}"),
        (well, all) if well == all => format!("All {all} ended well, and together {NOT_SERIAL}"),
        (0, _) => "None ended well, and yet they left something behind".to_owned(),
        (1, _) => {
            let place = endings
                .iter()
                .position(|ending| ending.succeeded)
                .unwrap_or_default();
            format!(
                "Only session {} ended well, and what is left is not what it leaves alone",
                place + 1
            )
        }
        (well, all) => format!("{well} of {all} ended well, and together {NOT_SERIAL}"),
    }
}
