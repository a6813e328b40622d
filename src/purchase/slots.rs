//! Locks in this process: for each item so many places, and whoever finds none free waits.
//!
//! A place that is given back goes to whoever has waited longest. A lock that lets newcomers in
//! first is faster, since nobody has to be woken, and unfair: the buyer who gives a place back
//! comes for the next one at once, finds it free, and the others starve.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use smallvec::SmallVec;

/// How long a buyer who holds one place waits for another. Two buyers whose baskets hold the
/// same items in opposite orders would wait for each other for ever: no database sees these
/// locks, and so none looks for deadlocks among them.
const PATIENCE: Duration = Duration::from_millis(50);

/// Is called wherever a buyer waits: for whoever has to see who waits for whom.
pub trait WaitHook: fmt::Debug + Send + Sync {
    /// Calls `try_take` until it succeeds, at moments of its own choosing.
    fn wait(&self, item: i64, try_take: &mut dyn FnMut() -> bool);

    /// Somebody comes to the queue at `item`.
    fn arrives(&self, _item: i64) {}

    /// A place at `item` has been given back.
    fn released(&self, item: i64);
}

/// The places of all items. With one place each, these are mutexes.
#[derive(Debug)]
pub struct Slots {
    limit: u32,
    hook: Option<Arc<dyn WaitHook>>,
    /// Item by item.
    places: Vec<Mutex<Places>>,
}

/// A place that is held for as long as this value lives.
#[derive(Debug)]
pub struct Slot<'a> {
    slots: &'a Slots,
    item: i64,
    places: &'a Mutex<Places>,
}

/// The places that a buyer holds: for most baskets one, which needs no allocation.
pub type Held<'a> = SmallVec<[Slot<'a>; 1]>;

/// The places of an item.
#[derive(Debug, Default)]
struct Places {
    taken: u32,
    /// Those who wait for one, in the order in which they came.
    waiting: VecDeque<Arc<Waiter>>,
}

/// Somebody who waits for a place.
#[derive(Debug)]
struct Waiter {
    thread: Thread,
    /// Set when a place has been handed over.
    served: AtomicBool,
}

impl Slots {
    /// `limit` places for each of items 1 to `items`.
    pub fn new(items: i64, limit: u32) -> Self {
        let items = usize::try_from(items).unwrap_or(0);
        Self {
            limit,
            hook: None,
            places: (0..items).map(|_| Mutex::default()).collect(),
        }
    }

    /// The same with a hook that does the waiting.
    #[must_use]
    pub fn with_wait_hook(self, hook: Arc<dyn WaitHook>) -> Self {
        Self {
            hook: Some(hook),
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
        let places = self.places.get(usize::try_from(item - 1).ok()?)?;
        match &self.hook {
            Some(hook) => hook.wait(item, &mut || self.try_take(&mut lock(places))),
            None => self.take_within(places, patience).then_some(())?,
        }
        Some(Slot {
            slots: self,
            item,
            places,
        })
    }

    fn try_take(&self, places: &mut Places) -> bool {
        let free = places.taken < self.limit;
        places.taken += u32::from(free);
        free
    }

    fn take_within(&self, places: &Mutex<Places>, patience: Option<Duration>) -> bool {
        let mut found = lock(places);
        // Places are handed over: where one is free nobody waits.
        if self.try_take(&mut found) {
            return true;
        }
        let waiter = Arc::new(Waiter {
            thread: thread::current(),
            served: AtomicBool::new(false),
        });
        found.waiting.push_back(Arc::clone(&waiter));
        drop(found);
        let deadline = patience.map(|patience| Instant::now() + patience);
        while !waiter.served.load(Ordering::Acquire) {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            match left {
                None => thread::park(),
                Some(Duration::ZERO) => return give_up(&mut lock(places), &waiter),
                Some(left) => thread::park_timeout(left),
            }
        }
        true
    }
}

/// Stops waiting. Gives whether a place was handed over at the last moment.
fn give_up(places: &mut Places, waiter: &Arc<Waiter>) -> bool {
    let waiting = &mut places.waiting;
    waiting.retain(|other| !Arc::ptr_eq(other, waiter));
    waiter.served.load(Ordering::Acquire)
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut places = lock(self.places);
        let next = places.waiting.pop_front();
        match &next {
            Some(next) => next.served.store(true, Ordering::Release),
            None => places.taken -= 1,
        }
        drop(places);
        if let Some(next) = next {
            next.thread.unpark();
        }
        if let Some(hook) = &self.slots.hook {
            hook.released(self.item);
        }
    }
}

/// What the lock holds is always right: whoever panicked has left nothing half done.
fn lock(places: &Mutex<Places>) -> MutexGuard<'_, Places> {
    places.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

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

    #[test]
    fn a_place_goes_to_whoever_has_waited_longest() {
        let slots = Slots::new(1, 1);
        let served = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let held = slots.take(&[1]);
            for number in 1..=4 {
                let (slots, served) = (&slots, &served);
                scope.spawn(move || {
                    let _held = slots.take(&[1]);
                    served.lock().unwrap().push(number);
                });
                while lock(&slots.places[0]).waiting.len() < number {
                    thread::sleep(Duration::from_millis(1));
                }
            }
            drop(held);
        });
        assert_eq!(*served.lock().unwrap(), [1, 2, 3, 4]);
    }
}
