//! How each order ended, in memory that hardly grows with their number.

use std::collections::BTreeMap;

use roaring::RoaringTreemap;

use super::Outcome;
use crate::model::order::{Basket, Order, Orders};

/// How each order ended, as its buyer was told.
///
/// What an order asks for follows from the seed and its number, so that no more than the number
/// is kept, in one compressed bitmap for each way to end (Lemire et al., "Roaring Bitmaps:
/// Implementation of an Optimized Software Library", 2018): two bytes an order at the most, where
/// many buyers take turns, and about a bit once their records are put together. Orders that do
/// not come from the seed, as those to bill an invoice, are kept as they are.
#[derive(Clone, Debug, Default)]
pub struct OrderOutcomes {
    orders: Option<Orders>,
    numbers: BTreeMap<Outcome, RoaringTreemap>,
    listed: Vec<(Basket, Outcome)>,
}

impl OrderOutcomes {
    /// Nobody was told anything yet; all orders will be `orders`'.
    pub fn of(orders: Orders) -> Self {
        Self {
            orders: Some(orders),
            ..Self::default()
        }
    }

    /// Each of these was told so, whatever the seed says.
    pub fn listed(listed: Vec<(Basket, Outcome)>) -> Self {
        Self {
            listed,
            ..Self::default()
        }
    }

    /// A buyer was told how his basket ended.
    pub fn add(&mut self, basket: Basket, outcome: Outcome) {
        let number = self
            .orders
            .as_ref()
            .map(|orders| orders.number_of(basket.key()));
        // A number that is told of twice must not be lost: it is kept as it is.
        let is_new = number.is_some_and(|number| {
            let numbers = self.numbers.entry(outcome).or_default();
            numbers.insert(number.cast_unsigned())
        });
        if !is_new {
            self.listed.push((basket, outcome));
        }
    }

    /// Adds what other buyers of the same run were told.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.orders = self.orders.take().or(other.orders);
        for (outcome, numbers) in other.numbers {
            *self.numbers.entry(outcome).or_default() |= numbers;
        }
        self.listed.extend(other.listed);
    }

    /// The baskets that ended so.
    pub fn ended(&self, outcome: Outcome) -> impl Iterator<Item = Basket> {
        let numbers = self.numbers.get(&outcome).into_iter().flatten();
        let listed = self.listed.iter().filter(move |(_, told)| *told == outcome);
        let of_seed = self.orders.iter().flat_map({
            let mut numbers = Some(numbers);
            move |orders| {
                let numbers = numbers.take().into_iter().flatten();
                numbers.map(|number| orders.get(number.cast_signed()))
            }
        });
        of_seed.chain(listed.map(|(basket, _)| basket.clone()))
    }

    /// Every basket and how it ended: those that ended alike together, by their number.
    pub fn iter(&self) -> impl Iterator<Item = (Basket, Outcome)> {
        Outcome::ALL
            .into_iter()
            .flat_map(|outcome| self.ended(outcome).map(move |basket| (basket, outcome)))
    }

    /// The keys of all orders in baskets that ended so.
    pub fn keys(&self, outcome: Outcome) -> RoaringTreemap {
        // An order that is alone in its basket has the basket's number for its key.
        if self.orders.as_ref().is_some_and(Orders::are_single) && self.listed.is_empty() {
            return self.numbers.get(&outcome).cloned().unwrap_or_default();
        }
        let mut keys = RoaringTreemap::new();
        for basket in self.ended(outcome) {
            let orders = basket.orders().iter();
            keys.extend(orders.map(|order| order.key.cast_unsigned()));
        }
        keys
    }

    /// What was wanted under each key.
    pub fn wishes(&self) -> Wishes<'_> {
        let listed = self.listed.iter();
        let orders = listed.flat_map(|(basket, _)| basket.orders());
        Wishes {
            orders: self.orders.as_ref(),
            listed: orders.map(|order| (order.key, *order)).collect(),
        }
    }
}

/// What was wanted under each key: all orders under one key are the same.
#[derive(Clone, Debug)]
pub struct Wishes<'a> {
    orders: Option<&'a Orders>,
    listed: BTreeMap<i64, Order>,
}

impl Wishes<'_> {
    /// What was wanted under that key; `None` where nobody can have wanted anything.
    pub fn of(&self, key: i64) -> Option<Order> {
        let listed = || self.listed.get(&key).copied();
        let of_seed = self.orders.and_then(|orders| orders.order(key));
        of_seed.or_else(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::load::Load;

    fn orders(basket: u32) -> Orders {
        Orders::new(&Load {
            items: 10,
            basket,
            ..Load::default()
        })
    }

    #[test]
    fn what_is_kept_by_number_comes_back_as_it_was() {
        for basket in [1, 3] {
            let orders = orders(basket);
            let (mut one, mut other) = (
                OrderOutcomes::of(orders.clone()),
                OrderOutcomes::of(orders.clone()),
            );
            for number in 1..=100 {
                let (told, outcome) = match number % 3 {
                    0 => (&mut one, Outcome::Done),
                    1 => (&mut other, Outcome::SoldOut),
                    _ => (&mut other, Outcome::Done),
                };
                told.add(orders.get(number), outcome);
            }
            one.absorb(other);
            let mut found: Vec<_> = one.iter().collect();
            found.sort_by_key(|(basket, _)| basket.key());
            let expected = (1..=100).map(|number| {
                let sold_out = number % 3 == 1;
                let outcome = if sold_out {
                    Outcome::SoldOut
                } else {
                    Outcome::Done
                };
                (orders.get(number), outcome)
            });
            assert_eq!(found, expected.collect::<Vec<_>>());
            assert!(one.listed.is_empty());
            for order in orders.get(50).orders() {
                assert_eq!(one.wishes().of(order.key), Some(*order));
            }
        }
    }

    #[test]
    fn a_number_that_is_told_of_twice_is_not_lost() {
        let orders = orders(1);
        let mut told = OrderOutcomes::of(orders.clone());
        told.add(orders.get(7), Outcome::Done);
        told.add(orders.get(7), Outcome::Done);
        assert_eq!(told.ended(Outcome::Done).count(), 2);
    }
}
