//! The numbers of a load, as the command line gives them, and as a file does under the same names.

use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Deserializer, de::Error as _};

use super::failure::Failure;
use super::parse::duration;
use crate::model::load::{BasketOrder, Load};
use crate::model::quantity::Quantity;

/// The numbers of a load, each of which can be left open.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Advanced")]
pub(super) struct Numbers {
    /// Concurrent buyers [default: 8]
    ///
    /// Per server. The default is 10 for the credit scenario and 2 for the invoices.
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, help_heading = None::<&'static str>)]
    pub(super) threads: Option<u32>,
    /// Database connections; with fewer than threads, buyers wait for one [default: one each]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    pub(super) pool: Option<u32>,
    /// Number of items for sale [default: 1]
    ///
    /// The default is 20 for the invoices.
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = None::<&'static str>)]
    pub(super) items: Option<i64>,
    /// Initial stock of each item [default: 100]
    ///
    /// The default is 200 for the credit scenario and 1 for the invoices.
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true, help_heading = None::<&'static str>)]
    pub(super) stock: Option<i64>,
    /// Number of orders [default: twice the stock]
    ///
    /// By default there are enough orders to sell everything twice over.
    #[arg(
        short = 'n',
        long,
        value_name = "N",
        conflicts_with = "duration",
        allow_negative_numbers = true,
        help_heading = None::<&'static str>
    )]
    pub(super) orders: Option<i64>,
    /// Keep orders coming for this long, as in `10s`
    ///
    /// Replaces a number of orders.
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = None::<&'static str>)]
    #[serde(deserialize_with = "time")]
    pub(super) duration: Option<Duration>,
    /// Think time before taking, as in `1ms` [default: 0]
    ///
    /// A buyer thinks for this long between reading the stock and taking from it. The default is
    /// 1ms for the credit scenario.
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = None::<&'static str>)]
    #[serde(deserialize_with = "time")]
    pub(super) hold: Option<Duration>,
    /// Units per order, of each of its items: a number, or a range such as `1..20`
    /// [default: 1; credit 5..30, the prices of the books]
    #[arg(
        long,
        value_name = "UNITS",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    #[serde(deserialize_with = "quantity")]
    pub(super) quantity: Option<Quantity>,
    /// After the last order, keep buyers coming until nothing is left
    #[arg(long, conflicts_with = "duration", hide_short_help = true)]
    pub(super) until_empty: bool,
    /// Items per order: all of them are bought in one transaction, or none [default: 1]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    pub(super) basket: Option<u32>,
    /// Order in which a buyer takes the items of a basket [default: own]
    #[arg(long, value_enum, hide_short_help = true)]
    #[serde(deserialize_with = "basket_order")]
    pub(super) basket_order: Option<BasketOrder>,
    /// How strongly buyers prefer some items to others: the exponent of a Zipf distribution
    /// [default: 0]
    #[arg(
        long,
        value_name = "EXPONENT",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    pub(super) skew: Option<f64>,
    /// Fraction of the orders that restock instead of buying, at least 0 and below 1 [default: 0]
    #[arg(
        long,
        value_name = "SHARE",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    pub(super) restock: Option<f64>,
    /// Orders arriving per second, whether or not a buyer is free; latency is measured from the
    /// arrival [default: each buyer orders again as soon as it is served]
    #[arg(
        long,
        value_name = "PER_SECOND",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    pub(super) rate: Option<f64>,
    /// Random seed: decides what every order asks for [default: 1]
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub(super) seed: Option<u64>,
    /// Attempts at an order before giving up [default: 100]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    pub(super) max_attempts: Option<u32>,
    /// Buyers per item that the guard `semaphore` admits at a time [default: 1]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    pub(super) slots: Option<u32>,
    /// Pin each buyer's thread to one CPU core (Linux): faster when buyers want many different
    /// items and keep all cores busy, slower when they wait for each other
    #[arg(long, hide_short_help = true)]
    pub(super) pin: bool,
    /// Warm up for this long before measuring, as in `1s` [default: 0]
    #[arg(long, value_name = "TIME", value_parser = duration, hide_short_help = true)]
    #[serde(deserialize_with = "time")]
    pub(super) warm_up: Option<Duration>,
}

/// A time as the command line takes it: "10s".
fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    duration(&text).map(Some).map_err(D::Error::custom)
}

fn quantity<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Quantity>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "a number, or a range in quotes such as \"1..20\""
    )]
    enum Written {
        Number(i64),
        Range(String),
    }
    match Written::deserialize(from)? {
        Written::Number(units) => Ok(Some(Quantity::exactly(units))),
        Written::Range(text) => text.parse().map(Some).map_err(D::Error::custom),
    }
}

fn basket_order<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BasketOrder>, D::Error> {
    let text = String::deserialize(from)?;
    let order = <BasketOrder as ValueEnum>::from_str(&text, false);
    let known = || format!("there is no basket order {text:?}: use own or sorted");
    order.map(Some).map_err(|_| D::Error::custom(known()))
}

impl Numbers {
    /// These, and the others where these leave one open. Whoever says how a run is to end says
    /// so for both.
    pub(super) fn or(self, others: Self) -> Self {
        let ends = self.orders.is_some() || self.duration.is_some() || self.until_empty;
        let (orders, duration, until_empty) = match ends {
            true => (self.orders, self.duration, self.until_empty),
            false => (others.orders, others.duration, others.until_empty),
        };
        Self {
            threads: self.threads.or(others.threads),
            pool: self.pool.or(others.pool),
            items: self.items.or(others.items),
            stock: self.stock.or(others.stock),
            orders,
            duration,
            hold: self.hold.or(others.hold),
            quantity: self.quantity.or(others.quantity),
            until_empty,
            basket: self.basket.or(others.basket),
            basket_order: self.basket_order.or(others.basket_order),
            skew: self.skew.or(others.skew),
            restock: self.restock.or(others.restock),
            rate: self.rate.or(others.rate),
            seed: self.seed.or(others.seed),
            max_attempts: self.max_attempts.or(others.max_attempts),
            slots: self.slots.or(others.slots),
            pin: self.pin || others.pin,
            warm_up: self.warm_up.or(others.warm_up),
        }
    }

    /// The load they ask for, where `base` says what they leave open.
    pub(super) fn load(&self, base: Load) -> Result<Load, Failure> {
        let threads = self.threads.unwrap_or(base.threads);
        let counted = self.orders.is_some() || self.until_empty;
        let duration = base.duration.filter(|_| !counted);
        let load = Load {
            threads,
            pool: self.pool.unwrap_or(threads).min(threads.max(1)),
            items: self.items.unwrap_or(base.items),
            stock: self.stock.unwrap_or(base.stock),
            orders: self.orders,
            duration: self.duration.or(duration),
            quantity: self.quantity.unwrap_or(base.quantity),
            until_empty: self.until_empty || base.until_empty && self.duration.is_none(),
            basket: self.basket.unwrap_or(base.basket),
            basket_order: self.basket_order.unwrap_or(base.basket_order),
            skew: self.skew.unwrap_or(base.skew),
            hold: self.hold.unwrap_or(base.hold),
            restock: self.restock.unwrap_or(base.restock),
            rate: self.rate,
            seed: self.seed.unwrap_or(base.seed),
            max_attempts: self.max_attempts.unwrap_or(base.max_attempts),
            slots: self.slots.unwrap_or(base.slots),
            pin: self.pin,
            warm_up: self.warm_up.unwrap_or(base.warm_up),
        };
        let enough = || {
            // A preset's own number holds where what it is made for is not changed.
            let preset = base.until_empty.then_some(base.orders).flatten();
            preset.unwrap_or_else(|| load.orders_for_twice_what_is_for_sale())
        };
        let load = Load {
            orders: match (self.orders, load.duration) {
                (None, None) if base.orders.is_some() || base.duration.is_some() => Some(enough()),
                (orders, _) => orders,
            },
            ..load
        };
        load.check().map_err(Failure::usage)?;
        Ok(load)
    }
}
