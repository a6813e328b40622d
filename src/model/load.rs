//! How many buyers want how much of what, and for how long.

mod error;

use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use error::LoadError;

use crate::model::quantity::Quantity;
use crate::system::processor::CAN_PIN;

/// The numbers of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
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
    #[serde(rename = "duration_us", with = "micros::option")]
    #[schemars(with = "Option<u64>")]
    pub duration: Option<Duration>,
    /// Units an order asks for, of each of its items.
    pub quantity: Quantity,
    /// Whether buyers keep coming after the last order until nothing is left.
    pub until_empty: bool,
    /// Different items that an order asks for, all or none of them.
    pub basket: u32,
    /// In which order a buyer takes the items of a basket.
    pub basket_order: BasketOrder,
    /// Exponent of the Zipf distribution by which buyers choose an item; 0: all alike.
    pub skew: f64,
    /// How long a buyer thinks between reading the stock and taking from it.
    #[serde(rename = "hold_us", with = "micros")]
    #[schemars(with = "u64")]
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
    /// How many buyers the guard `semaphore` lets in at a time, for each item.
    pub slots: u32,
    /// Whether each buyer's thread keeps to one processor.
    #[serde(default)]
    pub pin: bool,
    /// How long to run, unmeasured, before the run itself.
    #[serde(rename = "warm_up_us", with = "micros")]
    #[schemars(with = "u64")]
    pub warm_up: Duration,
}

/// In which order a buyer takes the items of a basket.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    ValueEnum,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum BasketOrder {
    /// Each buyer in its own order: two can lock in opposite orders and deadlock
    #[default]
    Own,
    /// Every buyer in the same order, which prevents that
    Sorted,
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
            quantity: Quantity::exactly(1),
            until_empty: false,
            basket: 1,
            basket_order: BasketOrder::Own,
            skew: 0.0,
            hold: Duration::ZERO,
            restock: 0.0,
            rate: None,
            seed: 1,
            max_attempts: 100,
            slots: 1,
            pin: false,
            warm_up: Duration::ZERO,
        }
    }
}

impl Load {
    /// Checks that the numbers make a run.
    ///
    /// ```
    /// use lockbench::model::load::Load;
    ///
    /// let nobody = Load {
    ///     threads: 0,
    ///     ..Load::default()
    /// };
    /// assert!(Load::default().check().is_ok());
    /// assert!(nobody.check().is_err());
    /// ```
    ///
    /// # Errors
    /// The first one that does not.
    pub fn check(&self) -> Result<(), LoadError> {
        let refuse = |wrong: bool, error: LoadError| if wrong { Err(error) } else { Ok(()) };
        refuse(self.threads == 0, LoadError::NoThreads)?;
        refuse(self.pool == 0, LoadError::NoConnections)?;
        refuse(self.items < 1, LoadError::NoItems)?;
        refuse(self.stock < 0, LoadError::NegativeStock(self.stock))?;
        let Quantity { least, most } = self.quantity;
        refuse(least < 1, LoadError::NoQuantity(self.quantity))?;
        refuse(least > most, LoadError::EmptyQuantity(self.quantity))?;
        refuse(self.basket == 0, LoadError::NoBasket)?;
        refuse(
            i64::from(self.basket) > self.items,
            LoadError::BasketTooLarge(self.basket, self.items),
        )?;
        refuse(self.slots == 0, LoadError::NoSlots)?;
        refuse(
            self.until_empty && (least > 1 || self.basket > 1),
            LoadError::CannotEmpty,
        )?;
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
        refuse(self.pin && !CAN_PIN, LoadError::CannotPin)?;
        let units = self.items.checked_mul(self.stock);
        let lines = self.orders.unwrap_or(1).checked_mul(self.basket.into());
        let asked = lines.and_then(|lines| lines.checked_mul(most));
        refuse(
            units
                .zip(asked)
                .is_none_or(|(units, asked)| units.checked_add(asked).is_none()),
            LoadError::TooLarge,
        )
    }

    /// The arguments of `lockbench run` that ask for it, but for the seed.
    pub(crate) fn arguments(&self) -> String {
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
        add(self.until_empty, "--until-empty".to_owned());
        add(self.basket != 1, format!("--basket {}", self.basket));
        add(
            self.basket_order == BasketOrder::Sorted,
            "--basket-order sorted".to_owned(),
        );
        add(self.slots != 1, format!("--slots {}", self.slots));
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
        add(self.pin, "--pin".to_owned());
        add(
            !self.warm_up.is_zero(),
            format!("--warm-up {}", time(self.warm_up)),
        );
        arguments.join(" ")
    }

    /// Orders for twice what is for sale, so that half the buyers are turned away.
    pub(crate) fn orders_for_twice_what_is_for_sale(&self) -> i64 {
        let wanted = self.quantity.average().saturating_mul(self.basket.into());
        (self.units().saturating_mul(2) / wanted.max(1)).max(1)
    }

    /// Units for sale at the start, over all items.
    #[doc(hidden)]
    pub fn units(&self) -> i64 {
        self.items.saturating_mul(self.stock)
    }
}

/// Durations as whole microseconds, as everywhere in the JSON.
mod micros {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        u64::try_from(time.as_micros())
            .unwrap_or(u64::MAX)
            .serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_micros)
    }

    pub(super) mod option {
        use super::{Deserialize, Deserializer, Duration, Serialize, Serializer};

        pub(in super::super) fn serialize<S: Serializer>(
            time: &Option<Duration>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            time.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
                .serialize(to)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Duration>, D::Error> {
            Option::<u64>::deserialize(from).map(|time| time.map(Duration::from_micros))
        }
    }
}

#[cfg(test)]
mod tests;
