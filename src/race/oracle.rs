//! What is right: whatever the sessions that succeeded leave when they run one after the other, in
//! some order.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};

use super::normalize::{Normalizer, State};
use super::orders::{Orders, count, subsets};
use super::program::Ending;
use super::shared_runner::SharedRunner;
use crate::db::AnyConnection;
use crate::db::disposable::{Contents, Copies};

/// So many sessions are run in every order before anything else.
pub(super) const FEW: usize = 3;

/// Orders of the sessions that are run, at most, one after the other: all of seven sessions.
const MOST_ORDERS: usize = 5_040;

/// Whether an order of the sessions, one after the other, is like a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    /// One is.
    Yes,
    /// None is.
    No,
    /// None of those that were tried is, and there are too many to try them all.
    Unknown {
        /// How many were tried.
        tried: u64,
        /// How many there are.
        all: u64,
    },
}

/// What the sessions of an order have left, one after the other.
#[derive(Clone, Debug)]
struct SerialRun {
    endings: Vec<Ending>,
    contents: Contents,
}

/// What is right.
pub(super) struct Oracle {
    pub(super) sessions: Vec<SharedRunner>,
    pub(super) copies: Copies,
    pub(super) normalizer: Normalizer,
    /// By the sessions in their order, counted from 0.
    orders: BTreeMap<Vec<usize>, SerialRun>,
}

impl Oracle {
    pub(super) fn new(sessions: Vec<SharedRunner>, copies: Copies) -> Self {
        Self {
            sessions,
            normalizer: Normalizer::new(copies.catalog().clone()),
            copies,
            orders: BTreeMap::new(),
        }
    }

    /// Runs orders of all sessions, each twice, and learns which columns differ by nature: every
    /// order of a few sessions, and of more that of their numbers and its reverse. Gives how the
    /// sessions of each order have ended.
    ///
    /// # Errors
    /// A session cannot be run; or two runs of the same order differ.
    pub(super) fn learn(
        &mut self,
        connection: &mut AnyConnection,
    ) -> Result<Vec<(Vec<usize>, Vec<Ending>)>> {
        let all: Vec<usize> = (0..self.sessions.len()).collect();
        let orders: Vec<Vec<usize>> = match all.len() {
            0..=FEW => Orders::of(all).collect(),
            _ => vec![all.clone(), all.into_iter().rev().collect()],
        };
        let mut learnt = Vec::new();
        for order in orders {
            let one = self.run(connection, &order)?;
            let other = self.run(connection, &order)?;
            self.remember_before(connection, &one.contents)?;
            self.remember_before(connection, &other.contents)?;
            let codes = |serial: &SerialRun| -> Vec<Option<i32>> {
                serial.endings.iter().map(|ending| ending.code).collect()
            };
            self.normalizer.learn(&one.contents, &other.contents);
            let (first, second) = (
                self.normalizer.state(&one.contents),
                self.normalizer.state(&other.contents),
            );
            if codes(&one) != codes(&other) || first != second {
                bail!(NotRepeatable(
                    self.what_differs(&one, &other, &first, &second)
                ));
            }
            learnt.push((order.clone(), one.endings.clone()));
            self.orders.insert(order, one);
        }
        Ok(learnt)
    }

    fn what_differs(
        &self,
        one: &SerialRun,
        other: &SerialRun,
        first: &State,
        second: &State,
    ) -> String {
        let endings = one.endings.iter().zip(&other.endings);
        if let Some((one, other)) = endings
            .into_iter()
            .find(|(one, other)| one.code != other.code)
        {
            return format!(
                "once it ended with {}, once with {}",
                one.words, other.words
            );
        }
        let numbers = first.0.keys().chain(second.0.keys());
        let mut differing = numbers.filter(|number| first.0.get(number) != second.0.get(number));
        let table = differing
            .next()
            .map(|number| self.normalizer.catalog.tables[*number].shown());
        format!("they differ in {}", table.unwrap_or_default())
    }

    /// Runs these sessions one after the other, from the beginning.
    fn run(&mut self, connection: &mut AnyConnection, order: &[usize]) -> Result<SerialRun> {
        self.copies.put_back(connection)?;
        let mut endings = Vec::new();
        for session in order {
            let ending = self.sessions[*session].run_alone();
            endings.push(ending.map_err(|words| anyhow!(words))?);
        }
        Ok(SerialRun {
            endings,
            contents: self.copies.changes(connection)?,
        })
    }

    fn remember_before(&mut self, connection: &mut AnyConnection, now: &Contents) -> Result<()> {
        for number in now.0.keys() {
            if !self.normalizer.before.contains_key(number) {
                let rows = self.copies.rows(connection, *number)?.to_vec();
                self.normalizer.before.insert(*number, rows);
            }
        }
        Ok(())
    }

    /// What is in the tables now.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub(super) fn look(&mut self, connection: &mut AnyConnection) -> Result<State> {
        let contents = self.copies.changes(connection)?;
        self.remember_before(connection, &contents)?;
        Ok(self.normalizer.state(&contents))
    }

    /// Whether some order of sessions, one after the other, leaves `state`, with the same endings:
    /// all those that succeeded, and of those that failed any, since these may leave nothing. The
    /// `likely` orders of all are tried first.
    ///
    /// # Errors
    /// A session cannot be run.
    pub(super) fn allows(
        &mut self,
        connection: &mut AnyConnection,
        state: &State,
        endings: &[Ending],
        likely: &[Vec<usize>],
    ) -> Result<Allowed> {
        let failed: Vec<usize> = (0..endings.len())
            .filter(|session| !endings[*session].succeeded)
            .collect();
        let choices: Vec<Vec<usize>> = subsets(&failed)
            .into_iter()
            .map(|left_out| {
                let all = 0..endings.len();
                all.filter(|session| !left_out.contains(session)).collect()
            })
            .collect();
        let known: Vec<Vec<usize>> = self.orders.keys().cloned().collect();
        let mut tried = 0;
        for order in known {
            let is_whole = |session| order.contains(&session) || failed.contains(&session);
            if (0..endings.len()).all(is_whole) {
                tried += 1;
                if self.leaves(&order, state, endings) {
                    return Ok(Allowed::Yes);
                }
            }
        }
        let first = choices.iter().flat_map(|choice| {
            let some = |order: &Vec<usize>| {
                let order = order.iter().copied();
                order.filter(|session| choice.contains(session)).collect()
            };
            likely.iter().map(some).collect::<Vec<Vec<usize>>>()
        });
        let all = choices.iter().flat_map(|choice| Orders::of(choice.clone()));
        for order in first.chain(all) {
            if self.orders.contains_key(&order) {
                continue;
            }
            if self.orders.len() >= MOST_ORDERS {
                let all = choices.iter().map(|choice| count(choice.len())).sum();
                return Ok(Allowed::Unknown { tried, all });
            }
            let serial = self.run(connection, &order)?;
            self.remember_before(connection, &serial.contents)?;
            self.orders.insert(order.clone(), serial);
            tried += 1;
            if self.leaves(&order, state, endings) {
                return Ok(Allowed::Yes);
            }
        }
        Ok(Allowed::No)
    }

    /// Whether an order that has been run leaves `state`, with the same endings.
    fn leaves(&self, order: &[usize], state: &State, endings: &[Ending]) -> bool {
        let Some(serial) = self.orders.get(order) else {
            return false;
        };
        let mut ended = order.iter().zip(&serial.endings);
        ended.all(|(session, ending)| ending.code == endings[*session].code)
            && self.normalizer.state(&serial.contents) == *state
    }

    /// The states that orders of all sessions leave: what was to be expected.
    pub(super) fn expected(&self) -> Vec<(Vec<usize>, State)> {
        let whole = self.orders.iter();
        whole
            .filter(|(order, _)| order.len() == self.sessions.len())
            .map(|(order, serial)| (order.clone(), self.normalizer.state(&serial.contents)))
            .collect()
    }
}

/// Two runs of the same order differ.
#[derive(Debug, thiserror::Error)]
#[error(
    "two runs of the sessions one after the other do not leave the same ({0}): only what repeats \
     itself can be explored; --ignore TABLE.COLUMN leaves a column out"
)]
pub struct NotRepeatable(String);
