//! What is right: whatever the sessions that succeeded leave when they run one after the other, in
//! some order.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use diesel::PgConnection;

use super::normalize::{Normalizer, State};
use super::program::Ending;
use super::shared_runner::SharedRunner;
use crate::db::disposable::{Contents, Copies};

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

    /// Runs every order of all sessions, each twice, and learns which columns differ by nature.
    /// Gives how the sessions of each order have ended.
    ///
    /// # Errors
    /// A session cannot be run; or two runs of the same order differ.
    pub(super) fn learn(
        &mut self,
        connection: &mut PgConnection,
    ) -> Result<Vec<(Vec<usize>, Vec<Ending>)>> {
        let all: Vec<usize> = (0..self.sessions.len()).collect();
        let mut learnt = Vec::new();
        for order in permutations(&all) {
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
    fn run(&mut self, connection: &mut PgConnection, order: &[usize]) -> Result<SerialRun> {
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

    fn remember_before(&mut self, connection: &mut PgConnection, now: &Contents) -> Result<()> {
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
    pub(super) fn look(&mut self, connection: &mut PgConnection) -> Result<State> {
        let contents = self.copies.changes(connection)?;
        self.remember_before(connection, &contents)?;
        Ok(self.normalizer.state(&contents))
    }

    /// Whether some order of sessions, one after the other, leaves `state`, with the same endings:
    /// all those that succeeded, and of those that failed any, since these may leave nothing.
    ///
    /// # Errors
    /// A session cannot be run.
    pub(super) fn allows(
        &mut self,
        connection: &mut PgConnection,
        state: &State,
        endings: &[Ending],
    ) -> Result<bool> {
        for order in self.candidates(endings) {
            let serial = match self.orders.get(&order) {
                Some(serial) => serial.clone(),
                None => {
                    let serial = self.run(connection, &order)?;
                    self.remember_before(connection, &serial.contents)?;
                    self.orders.insert(order.clone(), serial.clone());
                    serial
                }
            };
            let same = order
                .iter()
                .zip(&serial.endings)
                .all(|(session, ending)| ending.code == endings[*session].code);
            if same && self.normalizer.state(&serial.contents) == *state {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The orders that a schedule with these endings may be like: those of all sessions first.
    fn candidates(&self, endings: &[Ending]) -> Vec<Vec<usize>> {
        let all: Vec<usize> = (0..endings.len()).collect();
        let mut orders = permutations(&all);
        let failed: Vec<usize> = (all.iter().copied())
            .filter(|session| !endings[*session].succeeded)
            .collect();
        for left_out in subsets(&failed) {
            let some: Vec<usize> = (all.iter().copied())
                .filter(|session| !left_out.contains(session))
                .collect();
            if some.len() < all.len() {
                orders.extend(permutations(&some));
            }
        }
        orders
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

/// Every order of them.
fn permutations(all: &[usize]) -> Vec<Vec<usize>> {
    if all.is_empty() {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for (place, first) in all.iter().enumerate() {
        let mut rest = all.to_vec();
        rest.remove(place);
        for mut order in permutations(&rest) {
            order.insert(0, *first);
            found.push(order);
        }
    }
    found
}

/// Every choice of some of them.
fn subsets(all: &[usize]) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new()];
    for one in all {
        let with: Vec<Vec<usize>> = found
            .iter()
            .map(|some| [some.as_slice(), &[*one]].concat())
            .collect();
        found.extend(with);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_and_every_choice_is_found_once() {
        assert_eq!(permutations(&[0, 1]), [[0, 1], [1, 0]]);
        assert_eq!(permutations(&[0, 1, 2]).len(), 6);
        assert_eq!(subsets(&[0, 1]).len(), 4);
    }
}
