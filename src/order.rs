//! What each buyer wants: decided by the seed and the order's number alone, so that every run
//! with one seed asks for the same, whichever thread gets to it.

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, Zipf};

use crate::load::Load;

/// One buyer's wish, or one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its number, from 1 up: unique in the ledger.
    pub key: i64,
    /// The item.
    pub item: i64,
    /// Units: positive to buy, negative to restock.
    pub quantity: i64,
}

impl Order {
    /// Whether the order puts stock back.
    pub fn is_restock(&self) -> bool {
        self.quantity < 0
    }
}

/// All orders of a run.
#[derive(Clone, Debug)]
pub struct Orders {
    seed: u64,
    quantity: i64,
    items: Zipf<f64>,
    restock: Restocks,
}

/// Which orders put stock back.
#[derive(Clone, Copy, Debug)]
struct Restocks {
    /// The share among the orders of the head.
    share: f64,
    /// Orders after this one only buy, so that the buyers have the last word.
    head: i64,
}

impl Restocks {
    fn new(load: &Load) -> Self {
        let Some(orders) = load.orders else {
            return Self {
                share: load.restock,
                head: i64::MAX,
            };
        };
        let wanted = load.restock * orders as f64;
        let head = (orders as f64 * 2.0 / 3.0).max(wanted).ceil();
        Self {
            share: if head > 0.0 { wanted / head } else { 0.0 },
            head: head as i64,
        }
    }

    /// How many orders put stock back; 0 where nobody can know yet.
    fn count(&self) -> i64 {
        if self.head == i64::MAX {
            0
        } else {
            (self.head as f64 * self.share).floor() as i64
        }
    }

    /// Spread evenly: the order at which the running share reaches the next whole number.
    fn has(&self, key: i64) -> bool {
        let before = ((key - 1) as f64 * self.share).floor();
        key <= self.head && (key as f64 * self.share).floor() > before
    }
}

impl Orders {
    /// The orders that `load` asks for.
    pub fn new(load: &Load) -> Self {
        Self {
            seed: load.seed,
            quantity: load.quantity,
            items: zipf(load),
            restock: Restocks::new(load),
        }
    }

    /// How many orders put stock back; 0 when the time and not their number ends the run.
    pub fn restocks(&self) -> i64 {
        self.restock.count()
    }

    /// Whether that order comes after the last that puts stock back.
    pub fn is_after_restocks(&self, key: i64) -> bool {
        key > self.restock.head
    }

    /// The order with that number.
    pub fn get(&self, key: i64) -> Order {
        // An odd factor spreads neighbouring numbers; the generator mixes the rest.
        let mixed = self.seed ^ (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut random = SmallRng::seed_from_u64(mixed);
        let quantity = if self.restock.has(key) {
            -self.quantity
        } else {
            self.quantity
        };
        Order {
            key,
            item: self.items.sample(&mut random) as i64,
            quantity,
        }
    }
}

/// Item 1 is the most wanted; with a skew of 0 all are wanted alike.
fn zipf(load: &Load) -> Zipf<f64> {
    #[allow(clippy::expect_used)] // `Load::check` has refused what the distribution would.
    Zipf::new(load.items as f64, load.skew).expect("items and skew have been checked")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load() -> Load {
        Load {
            orders: Some(1_000),
            items: 10,
            ..Load::default()
        }
    }

    #[test]
    fn one_seed_asks_for_the_same_every_time_and_another_for_something_else() {
        let first = Orders::new(&load());
        let again = Orders::new(&load());
        let other = Orders::new(&Load { seed: 2, ..load() });
        let wish = |orders: &Orders| {
            (1..=100)
                .map(|key| orders.get(key).item)
                .collect::<Vec<_>>()
        };
        assert_eq!(wish(&first), wish(&again));
        assert_ne!(wish(&first), wish(&other));
    }

    #[test]
    fn the_share_of_restocks_is_exact_and_the_last_third_only_buys() {
        let orders = Orders::new(&Load {
            restock: 0.4,
            ..load()
        });
        let restocks: Vec<i64> = (1..=1_000)
            .filter(|key| orders.get(*key).is_restock())
            .collect();
        assert_eq!(restocks.len(), 400);
        assert_eq!(orders.restocks(), 400);
        assert!(restocks.iter().all(|key| *key <= 667), "{restocks:?}");
    }

    #[test]
    fn skew_prefers_the_first_item_and_its_absence_none() {
        let share_of_first = |skew| {
            let orders = Orders::new(&Load { skew, ..load() });
            (1..=1_000).filter(|key| orders.get(*key).item == 1).count()
        };
        assert!(share_of_first(1.1) > 250, "{}", share_of_first(1.1));
        assert!(
            (50..=150).contains(&share_of_first(0.0)),
            "{}",
            share_of_first(0.0)
        );
    }
}
