//! The numbers of a run, on the command line.

use std::time::Duration;

use clap::{Arg, Args};

use super::failure::Failure;
use crate::load::{BasketOrder, Load};
use crate::quantity::Quantity;

/// How hard to hit the shop
#[derive(Debug, Args)]
#[command(next_help_heading = "Load")]
pub(super) struct LoadArguments {
    /// Buyers at work at the same time, in each server [default: 8; credit 10, invoices 2]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    threads: Option<u32>,
    /// Database connections; fewer than threads make buyers wait for one [default: one each]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pool: Option<u32>,
    /// Different items for sale [default: 1; invoices 20]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    items: Option<i64>,
    /// Units of each item at the start [default: 100; credit 200, invoices 1]
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    stock: Option<i64>,
    /// Number of orders [default: enough for twice what is for sale]
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "duration",
        allow_negative_numbers = true
    )]
    orders: Option<i64>,
    /// How long orders keep coming, instead of a number of them, as in `10s`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    duration: Option<Duration>,
    /// Units that an order asks for, of each of its items: a number, or a range as in `1..20`
    /// [default: 1; credit 5..30, the prices of the books]
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    quantity: Option<Quantity>,
    /// Let buyers keep coming after the last order until nothing is left
    #[arg(long, conflicts_with = "duration")]
    until_empty: bool,
    /// Different items that an order asks for: all of them in one transaction, or none
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        allow_negative_numbers = true
    )]
    basket: u32,
    /// In which order a buyer takes the items of a basket
    #[arg(long, value_enum, default_value_t)]
    basket_order: BasketOrder,
    /// How much buyers prefer some items to others: the exponent of a Zipf distribution
    #[arg(
        long,
        value_name = "EXPONENT",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    skew: f64,
    /// How long a buyer thinks between reading the stock and taking from it, as in `1ms`
    /// [default: 0; credit 1ms]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    hold: Option<Duration>,
    /// Share of the orders that put stock back instead of buying, from 0 to below 1 [default: 0]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    restock: Option<f64>,
    /// Orders that come in per second, whether anybody is free or not; their latency counts
    /// from when they came in [default: each buyer returns once it is served]
    #[arg(long, value_name = "PER_SECOND", allow_negative_numbers = true)]
    rate: Option<f64>,
    /// Decides what every order asks for
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Attempts at one order before it is given up
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100,
        allow_negative_numbers = true
    )]
    max_attempts: u32,
    /// Buyers that the guard `semaphore` lets in at a time, for each item
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        allow_negative_numbers = true
    )]
    slots: u32,
    /// Keep each buyer's thread on one processor (Linux): faster where buyers want many different
    /// items and keep all processors busy, slower where they wait for each other
    #[arg(long)]
    pin: bool,
    /// Run this long without measuring before the run itself, as in `1s`
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration)]
    warm_up: Duration,
}

/// More orders than any database here carries out in a second.
const MORE_THAN_SOLD: f64 = 200_000.0;

/// What the help of the same arguments says where strategies are compared, round by round.
pub(super) fn in_rounds(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "threads" => argument.help("Buyers at work at the same time [default: 8]"),
        "items" => argument.help("Different items for sale [default: 1]"),
        "stock" => argument
            .help("Units of each item at the start [default: 200000 for each second of a round, more than it sells]"),
        "orders" => argument.help("Number of orders in each round, instead of a time"),
        "duration" => argument.help("How long orders keep coming in each round [default: 500ms]"),
        "quantity" => argument.help(
            "Units that an order asks for, of each of its items: a number, or a range as in \
             `1..20` [default: 1]",
        ),
        "hold" => argument.help(
            "How long a buyer thinks between reading the stock and taking from it, as in `1ms` \
             [default: 0]",
        ),
        "warm_up" => argument
            .default_value("100ms")
            .help("Run this long without measuring before each round"),
        _ => argument,
    }
}

/// A number of seconds, or a number with a unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(0) => Ok(Duration::ZERO),
        Ok(number) => Err(format!("{number} what? Write {number}ms or {number}s")),
        Err(_) => humantime::parse_duration(text).map_err(|error| error.to_string()),
    }
}

impl LoadArguments {
    /// The load they ask for where it is run round by round, each of them so long if they do not
    /// say otherwise, and with enough for sale that nobody is turned away: the speed of a round
    /// is then one of sales.
    pub(super) fn in_rounds_of(&self, duration: Duration) -> Result<Load, Failure> {
        let seconds = self.duration.unwrap_or(duration).as_secs_f64();
        let each = self.quantity.map_or(1, |quantity| quantity.average());
        self.load(Load {
            stock: ((MORE_THAN_SOLD * seconds) as i64)
                .max(1)
                .saturating_mul(each),
            orders: None,
            duration: Some(duration),
            ..Load::default()
        })
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
            basket: self.basket,
            basket_order: self.basket_order,
            skew: self.skew,
            hold: self.hold.unwrap_or(base.hold),
            restock: self.restock.unwrap_or(base.restock),
            rate: self.rate,
            seed: self.seed,
            max_attempts: self.max_attempts,
            slots: self.slots,
            pin: self.pin,
            warm_up: self.warm_up,
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
