//! How hard the shop is hit: the numbers of a run.

use std::time::Duration;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use thiserror::Error;

/// The numbers of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Buyers at work at the same time.
    pub threads: u32,
    /// Connections they share; fewer than threads make them wait for one.
    pub pool: u32,
    /// Different items for sale.
    pub items: i64,
    /// Units of each item at the start.
    pub stock: i64,
    /// How many orders there are; `None` when the time decides.
    pub orders: Option<i64>,
    /// How long orders keep coming; `None` when their number decides.
    pub duration: Option<Duration>,
    /// Units an order asks for.
    pub quantity: i64,
    /// Exponent of the Zipf distribution by which buyers choose an item; 0: all alike.
    pub skew: f64,
    /// How long a buyer thinks between reading the stock and taking from it.
    pub hold: Duration,
    /// Share of the orders that put stock back, from 0 up to but not including 1.
    pub restock: f64,
    /// Orders that arrive per second, whether the shop keeps up or not; `None`: each buyer
    /// comes back as soon as it is served.
    pub rate: Option<f64>,
    /// Decides what every order asks for.
    pub seed: u64,
    /// Attempts at one order before it is given up.
    pub max_attempts: u32,
    /// How long to run, unmeasured, before the run itself.
    pub warm_up: Duration,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            threads: 8,
            pool: 8,
            items: 1,
            stock: 100,
            orders: Some(200),
            duration: None,
            quantity: 1,
            skew: 0.0,
            hold: Duration::ZERO,
            restock: 0.0,
            rate: None,
            seed: 1,
            max_attempts: 100,
            warm_up: Duration::ZERO,
        }
    }
}

/// Why the numbers make no run.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum LoadError {
    /// There is nobody to buy.
    #[error("there must be at least one thread")]
    NoThreads,
    /// There is no connection to buy through.
    #[error("the pool must have at least one connection")]
    NoConnections,
    /// There is nothing to buy.
    #[error("there must be at least one item")]
    NoItems,
    /// Stock below zero is what a run finds, not what it starts with.
    #[error("the stock is {0}: it cannot be negative at the start")]
    NegativeStock(i64),
    /// An order must ask for something.
    #[error("the quantity is {0}: an order asks for at least 1")]
    NoQuantity(i64),
    /// Nothing would happen.
    #[error("there must be at least one order")]
    NoOrders,
    /// Nothing would happen.
    #[error("the duration must be more than zero")]
    NoDuration,
    /// Not a Zipf exponent.
    #[error("the skew is {0}: it must be 0 or more")]
    BadSkew(f64),
    /// Not a share.
    #[error("the share of restocks is {0}: it must be at least 0 and less than 1")]
    BadShare(f64),
    /// Not a rate.
    #[error("the rate is {0}: it must be more than 0 orders per second")]
    BadRate(f64),
    /// An order would not even be tried.
    #[error("there must be at least one attempt")]
    NoAttempts,
    /// The sums would not fit into the database's BIGINT.
    #[error("these numbers are too large to be added up")]
    TooLarge,
}

impl Load {
    /// Sees to it that the numbers make a run.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), LoadError> {
        let refuse = |wrong: bool, error: LoadError| if wrong { Err(error) } else { Ok(()) };
        refuse(self.threads == 0, LoadError::NoThreads)?;
        refuse(self.pool == 0, LoadError::NoConnections)?;
        refuse(self.items < 1, LoadError::NoItems)?;
        refuse(self.stock < 0, LoadError::NegativeStock(self.stock))?;
        refuse(self.quantity < 1, LoadError::NoQuantity(self.quantity))?;
        refuse(
            self.orders.is_some_and(|orders| orders < 1),
            LoadError::NoOrders,
        )?;
        refuse(
            self.duration.is_some_and(|time| time.is_zero()),
            LoadError::NoDuration,
        )?;
        refuse(
            !(self.skew >= 0.0 && self.skew.is_finite()),
            LoadError::BadSkew(self.skew),
        )?;
        refuse(
            !(0.0..1.0).contains(&self.restock),
            LoadError::BadShare(self.restock),
        )?;
        let bad_rate = |rate: f64| !(rate > 0.0 && rate.is_finite());
        refuse(
            self.rate.is_some_and(bad_rate),
            LoadError::BadRate(self.rate.unwrap_or(0.0)),
        )?;
        refuse(self.max_attempts == 0, LoadError::NoAttempts)?;
        let units = self.items.checked_mul(self.stock);
        let asked = self.orders.unwrap_or(1).checked_mul(self.quantity);
        refuse(
            units
                .zip(asked)
                .is_none_or(|(units, asked)| units.checked_add(asked).is_none()),
            LoadError::TooLarge,
        )
    }

    /// The arguments of `lockbench run` that ask for it, but for the seed.
    pub fn arguments(&self) -> String {
        let default = Self::default();
        let time = |time: Duration| {
            humantime::format_duration(time)
                .to_string()
                .replace(' ', "")
        };
        let mut arguments = vec![
            format!("--threads {}", self.threads),
            format!("--items {} --stock {}", self.items, self.stock),
        ];
        match (self.duration, self.orders) {
            (Some(duration), _) => arguments.push(format!("--duration {}", time(duration))),
            (None, Some(orders)) => arguments.push(format!("--orders {orders}")),
            (None, None) => {}
        }
        let mut add = |differs: bool, argument: String| {
            if differs {
                arguments.push(argument);
            }
        };
        add(self.pool != self.threads, format!("--pool {}", self.pool));
        add(
            self.quantity != default.quantity,
            format!("--quantity {}", self.quantity),
        );
        add(self.skew != default.skew, format!("--skew {}", self.skew));
        add(!self.hold.is_zero(), format!("--hold {}", time(self.hold)));
        add(
            self.restock != default.restock,
            format!("--restock {}", self.restock),
        );
        add(
            self.rate.is_some(),
            format!("--rate {}", self.rate.unwrap_or_default()),
        );
        add(
            self.max_attempts != default.max_attempts,
            format!("--max-attempts {}", self.max_attempts),
        );
        add(
            !self.warm_up.is_zero(),
            format!("--warm-up {}", time(self.warm_up)),
        );
        arguments.join(" ")
    }

    /// Orders for twice what is for sale, so that half the buyers are turned away.
    pub fn twice_what_is_for_sale(items: i64, stock: i64, quantity: i64) -> i64 {
        (items.saturating_mul(stock).saturating_mul(2) / quantity.max(1)).max(1)
    }

    /// Units for sale at the start, over all items.
    pub fn units(&self) -> i64 {
        self.items.saturating_mul(self.stock)
    }
}

/// Durations are whole microseconds, as everywhere in the JSON.
impl Serialize for Load {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let mut out = serializer.serialize_struct("Load", 14)?;
        out.serialize_field("threads", &self.threads)?;
        out.serialize_field("pool", &self.pool)?;
        out.serialize_field("items", &self.items)?;
        out.serialize_field("stock", &self.stock)?;
        out.serialize_field("orders", &self.orders)?;
        out.serialize_field("duration_us", &self.duration.map(micros))?;
        out.serialize_field("quantity", &self.quantity)?;
        out.serialize_field("skew", &self.skew)?;
        out.serialize_field("hold_us", &micros(self.hold))?;
        out.serialize_field("restock", &self.restock)?;
        out.serialize_field("rate", &self.rate)?;
        out.serialize_field("seed", &self.seed)?;
        out.serialize_field("max_attempts", &self.max_attempts)?;
        out.serialize_field("warm_up_us", &micros(self.warm_up))?;
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_make_a_run() {
        assert_eq!(Load::default().check(), Ok(()));
    }

    #[test]
    fn what_makes_no_run_is_refused() {
        let ok = Load::default;
        for (load, error) in [
            (Load { threads: 0, ..ok() }, LoadError::NoThreads),
            (Load { pool: 0, ..ok() }, LoadError::NoConnections),
            (Load { items: 0, ..ok() }, LoadError::NoItems),
            (Load { stock: -1, ..ok() }, LoadError::NegativeStock(-1)),
            (
                Load {
                    quantity: 0,
                    ..ok()
                },
                LoadError::NoQuantity(0),
            ),
            (
                Load {
                    orders: Some(0),
                    ..ok()
                },
                LoadError::NoOrders,
            ),
            (
                Load {
                    duration: Some(Duration::ZERO),
                    ..ok()
                },
                LoadError::NoDuration,
            ),
            (Load { skew: -1.0, ..ok() }, LoadError::BadSkew(-1.0)),
            (
                Load {
                    restock: 1.0,
                    ..ok()
                },
                LoadError::BadShare(1.0),
            ),
            (
                Load {
                    rate: Some(0.0),
                    ..ok()
                },
                LoadError::BadRate(0.0),
            ),
            (
                Load {
                    max_attempts: 0,
                    ..ok()
                },
                LoadError::NoAttempts,
            ),
            (
                Load {
                    stock: i64::MAX,
                    ..ok()
                },
                LoadError::TooLarge,
            ),
        ] {
            assert_eq!(load.check(), Err(error));
        }
        assert!(
            Load {
                skew: f64::NAN,
                ..ok()
            }
            .check()
            .is_err()
        );
    }
}
