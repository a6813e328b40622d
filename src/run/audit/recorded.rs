//! What the ledger and the outbox hold, in memory that hardly grows with their length.

use std::collections::BTreeMap;

use roaring::RoaringTreemap;

use crate::hammer::{OrderOutcomes, Wishes};
use crate::model::order::Order;
use crate::tables::ledger::Entry;

/// Which orders the ledger has: their keys, and not their rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    keys: RoaringTreemap,
    /// Those of which a row says what was ordered.
    as_ordered: RoaringTreemap,
    /// Those of which a row is a sale.
    sales: RoaringTreemap,
    /// Rows beyond the first, by key.
    repeated: BTreeMap<i64, u64>,
}

impl Recorded {
    /// Adds a row.
    pub(super) fn add(&mut self, entry: &Entry, wishes: &Wishes<'_>) {
        let key = entry.order_key.cast_unsigned();
        if !self.keys.insert(key) {
            *self.repeated.entry(entry.order_key).or_default() += 1;
        }
        let as_ordered =
            |order: Order| entry.item_id == order.item && entry.delta == -order.quantity;
        if wishes.of(entry.order_key).is_some_and(as_ordered) {
            self.as_ordered.insert(key);
        }
        if entry.delta < 0 {
            self.sales.insert(key);
        }
    }

    pub(super) fn has_key(&self, key: i64) -> bool {
        self.keys.contains(key.cast_unsigned())
    }

    /// Whether the order is in it, as ordered.
    pub(super) fn has(&self, order: &Order) -> bool {
        self.as_ordered.contains(order.key.cast_unsigned())
    }

    /// The orders of which a row is a sale.
    pub(super) fn sales(&self) -> &RoaringTreemap {
        &self.sales
    }

    /// Rows beyond the first for the same order.
    pub(super) fn duplicates(&self) -> u64 {
        self.repeated.values().sum()
    }

    /// Rows that no buyer knows of, whatever he was told.
    pub(super) fn without_a_buyer(&self, told: &OrderOutcomes) -> u64 {
        let mut strangers = self.keys.clone();
        for outcome in crate::hammer::Outcome::ALL {
            strangers -= told.keys(outcome);
        }
        let repeated = self.repeated.iter();
        let repeated = repeated.filter(|(key, _)| strangers.contains(key.cast_unsigned()));
        strangers.len() + repeated.map(|(_, rows)| rows).sum::<u64>()
    }
}

/// Which orders the events in the outbox tell of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events {
    orders: RoaringTreemap,
    count: u64,
}

impl Events {
    /// Adds an event that tells of that order.
    pub(super) fn add(&mut self, order_key: i64) {
        self.orders.insert(order_key.cast_unsigned());
        self.count += 1;
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Orders that at least one of them tells of.
    pub(super) fn orders(&self) -> &RoaringTreemap {
        &self.orders
    }
}

impl FromIterator<i64> for Events {
    fn from_iter<T: IntoIterator<Item = i64>>(orders: T) -> Self {
        let mut events = Self::default();
        for order in orders {
            events.add(order);
        }
        events
    }
}
