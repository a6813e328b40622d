//! Locks in this process: for each item so many places, and whoever finds none free waits.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smallvec::SmallVec;

/// How long a buyer who holds one place waits for another. Two buyers whose baskets hold the
/// same items in opposite orders would wait for each other for ever: no database sees these
/// locks, and so none looks for deadlocks among them.
const PATIENCE: Duration = Duration::from_millis(50);

/// Takes part in the waiting, for whoever has to see who waits for whom.
pub trait Usher: fmt::Debug + Send + Sync {
    /// Calls `try_take` until it succeeds, at moments of its own choosing.
    fn wait(&self, item: i64, try_take: &mut dyn FnMut() -> bool);

    /// Somebody comes to the queue at `item`.
    fn arrives(&self, _item: i64) {}

    /// A place at `item` has been given back.
    fn given_back(&self, item: i64);
}

/// The places of all items. With one place each, these are mutexes.
#[derive(Debug)]
pub struct Slots {
    limit: u32,
    usher: Option<Arc<dyn Usher>>,
    /// How many are taken, item by item.
    taken: Vec<Place>,
}

/// A place that is held for as long as this value lives.
#[derive(Debug)]
pub struct Slot<'a> {
    slots: &'a Slots,
    item: i64,
    place: &'a Place,
}

/// The places that a buyer holds: for most baskets one, which needs no allocation.
pub type Held<'a> = SmallVec<[Slot<'a>; 1]>;

/// How many places of an item are taken, and word of one that was given back.
type Place = (Mutex<u32>, Condvar);

impl Slots {
    /// `limit` places for each of items 1 to `items`.
    pub fn new(items: i64, limit: u32) -> Self {
        let items = usize::try_from(items).unwrap_or(0);
        Self {
            limit,
            usher: None,
            taken: (0..items).map(|_| Default::default()).collect(),
        }
    }

    /// The same with somebody who sees to the waiting.
    #[must_use]
    pub fn ushered(self, usher: Arc<dyn Usher>) -> Self {
        Self {
            usher: Some(usher),
            ..self
        }
    }

    /// No places at all, for whoever needs none.
    pub fn none() -> Self {
        Self::new(0, 0)
    }

    /// Waits for a place at each of `items`, one after the other. `None`: there was none for a
    /// while, as when two buyers hold what the other one wants. Who wants one place only can
    /// be in nobody's way, and waits for as long as it takes.
    pub fn take(&self, items: &[i64]) -> Option<Held<'_>> {
        let patience = (items.len() > 1).then_some(PATIENCE);
        items
            .iter()
            .map(|item| self.wait(*item, patience))
            .collect()
    }

    /// Waits for a place at `item` for as long as it takes. `None`: there is no such item.
    pub fn wait_for(&self, item: i64) -> Option<Slot<'_>> {
        self.wait(item, None)
    }

    fn wait(&self, item: i64, patience: Option<Duration>) -> Option<Slot<'_>> {
        let place = self.taken.get(usize::try_from(item - 1).ok()?)?;
        match &self.usher {
            Some(usher) => usher.wait(item, &mut || self.try_take(place)),
            None => self.take_within(place, patience).then_some(())?,
        }
        Some(Slot {
            slots: self,
            item,
            place,
        })
    }

    fn try_take(&self, (taken, _): &Place) -> bool {
        let mut taken = lock(taken);
        let free = *taken < self.limit;
        *taken += u32::from(free);
        free
    }

    fn take_within(&self, (taken, freed): &Place, patience: Option<Duration>) -> bool {
        let full = |taken: &mut u32| *taken >= self.limit;
        let mut taken = match patience {
            None => freed
                .wait_while(lock(taken), full)
                .unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                let waited = freed.wait_timeout_while(lock(taken), patience, full);
                let (taken, waited) = waited.unwrap_or_else(PoisonError::into_inner);
                if waited.timed_out() {
                    return false;
                }
                taken
            }
        };
        *taken += 1;
        true
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let (taken, freed) = self.place;
        *lock(taken) -= 1;
        freed.notify_one();
        if let Some(usher) = &self.slots.usher {
            usher.given_back(self.item);
        }
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
