//! What each buyer wants: decided by the seed and the order's number alone, so that every run
//! with one seed asks for the same, whichever thread gets to it.

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, Zipf};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::model::load::{BasketOrder, Load};
use crate::model::quantity::Quantity;

/// One buyer's wish for one item, or one delivery of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Order {
    /// Unique in the ledger; from 1 up.
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

/// What one buyer wants at once, all of it or nothing: orders for different items, in the
/// order in which the buyer takes them. Most baskets hold one, which needs no allocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Basket(SmallVec<[Order; 1]>);

impl Basket {
    /// The orders in it.
    pub fn orders(&self) -> &[Order] {
        &self.0
    }

    /// The number that it goes by: the least of its orders' keys.
    pub fn key(&self) -> i64 {
        self.0.iter().map(|order| order.key).min().unwrap_or(0)
    }

    /// Whether it puts stock back.
    pub fn is_restock(&self) -> bool {
        self.0.iter().any(Order::is_restock)
    }
}

impl From<Order> for Basket {
    fn from(order: Order) -> Self {
        Self(SmallVec::from([order]))
    }
}

/// All orders of a run.
#[derive(Clone, Debug)]
pub struct Orders {
    seed: u64,
    quantity: Quantity,
    basket: u32,
    basket_order: BasketOrder,
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
            basket: load.basket,
            basket_order: load.basket_order,
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

    /// The basket with that number, from 1 up.
    pub fn get(&self, number: i64) -> Basket {
        // An odd factor spreads neighbouring numbers; the generator mixes the rest.
        let mixed = self.seed ^ (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut random = SmallRng::seed_from_u64(mixed);
        let mut items: SmallVec<[i64; 8]> = SmallVec::new();
        for _ in 0..self.basket {
            items.push(self.another(&items, &mut random));
        }
        if self.basket_order == BasketOrder::Sorted {
            items.sort_unstable();
        }
        let sign = if self.restock.has(number) { -1 } else { 1 };
        let first_key = (number - 1) * self.lines() + 1;
        let order = |(key, item)| Order {
            key,
            item,
            quantity: sign * self.quantity.draw(&mut random),
        };
        Basket((first_key..).zip(items).map(order).collect())
    }

    /// The number of the basket with that key in it.
    pub(crate) fn number_of(&self, key: i64) -> i64 {
        (key - 1).div_euclid(self.lines()) + 1
    }

    /// The order with that key; `None` where keys do not go.
    pub(crate) fn order(&self, key: i64) -> Option<Order> {
        if key < 1 {
            return None;
        }
        let basket = self.get(self.number_of(key));
        let mut orders = basket.orders().iter();
        orders.find(|order| order.key == key).copied()
    }

    /// Whether each basket holds one order.
    pub(crate) fn are_single(&self) -> bool {
        self.basket == 1
    }

    /// Orders in each basket.
    fn lines(&self) -> i64 {
        self.basket.into()
    }

    /// An item that is not among `items` yet.
    fn another(&self, items: &[i64], random: &mut SmallRng) -> i64 {
        let new = |item: &i64| !items.contains(item);
        let drawn = self.items.sample_iter(random).map(|item| item as i64);
        // Where everybody wants the same few, the rest would hardly ever be drawn.
        let tries = if items.is_empty() { 1 } else { 100 };
        let mut drawn = drawn.take(tries);
        drawn.find(new).or_else(|| (1..).find(new)).unwrap_or(1)
    }
}

/// Item 1 is the most wanted; with a skew of 0 all are wanted alike.
fn zipf(load: &Load) -> Zipf<f64> {
    #[allow(clippy::expect_used)] // `Load::check` has refused what the distribution would.
    Zipf::new(load.items as f64, load.skew).expect("items and skew have been checked")
}

#[cfg(test)]
mod tests;
