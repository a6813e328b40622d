//! Locks in this process: for each item so many places, and whoever finds none free waits.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a buyer who holds one place waits for another. Two buyers whose baskets hold the
/// same items in opposite orders would wait for each other for ever: no database sees these
/// locks, and so none looks for deadlocks among them.
const PATIENCE: Duration = Duration::from_millis(50);

/// The places of all items. With one place each, these are mutexes.
#[derive(Debug)]
pub struct Slots {
    limit: u32,
    /// How many are taken, item by item.
    taken: Vec<(Mutex<u32>, Condvar)>,
}

/// A place that is held for as long as this value lives.
#[derive(Debug)]
pub struct Slot<'a> {
    item: &'a (Mutex<u32>, Condvar),
}

impl Slots {
    /// `limit` places for each of items 1 to `items`.
    pub fn new(items: i64, limit: u32) -> Self {
        let items = usize::try_from(items).unwrap_or(0);
        Self {
            limit,
            taken: (0..items).map(|_| Default::default()).collect(),
        }
    }

    /// No places at all, for whoever needs none.
    pub fn none() -> Self {
        Self::new(0, 0)
    }

    /// Waits for a place at each of `items`, one after the other. `None`: there was none for a
    /// while, as when two buyers hold what the other one wants. Who wants one place only can
    /// be in nobody's way, and waits for as long as it takes.
    pub fn take(&self, items: &[i64]) -> Option<Vec<Slot<'_>>> {
        let patience = (items.len() > 1).then_some(PATIENCE);
        items
            .iter()
            .map(|item| self.wait(*item, patience))
            .collect()
    }

    fn wait(&self, item: i64, patience: Option<Duration>) -> Option<Slot<'_>> {
        let item = self.taken.get(usize::try_from(item - 1).ok()?)?;
        let (taken, freed) = item;
        let full = |taken: &mut u32| *taken >= self.limit;
        let mut taken = match patience {
            None => freed
                .wait_while(lock(taken), full)
                .unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                let waited = freed.wait_timeout_while(lock(taken), patience, full);
                let (taken, waited) = waited.unwrap_or_else(PoisonError::into_inner);
                if waited.timed_out() {
                    return None;
                }
                taken
            }
        };
        *taken += 1;
        drop(taken);
        Some(Slot { item })
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let (taken, freed) = self.item;
        *lock(taken) -= 1;
        freed.notify_one();
    }
}

/// The lock holds a number that is always right: whoever panicked has left nothing half done.
fn lock(taken: &Mutex<u32>) -> MutexGuard<'_, u32> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_get_in_than_there_are_slots() {
        let slots = Slots::new(3, 2);
        let first = slots.take(&[1]);
        let second = slots.take(&[1]);
        assert!(first.is_some() && second.is_some());
        assert!(slots.take(&[2, 1]).is_none(), "a third at the same item");
        assert!(slots.take(&[2, 3]).is_some(), "the others are free");
        drop(first);
        assert!(slots.take(&[2, 1]).is_some(), "one has left");
    }

    #[test]
    fn opposite_baskets_do_not_wait_for_ever() {
        let slots = Slots::new(2, 1);
        let held = slots.take(&[1]);
        assert!(slots.take(&[2, 1]).is_none());
        assert!(slots.take(&[2]).is_some(), "what was taken is given back");
        drop(held);
        assert!(slots.take(&[2, 1]).is_some());
    }
}
