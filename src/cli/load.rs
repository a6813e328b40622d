//! The numbers of a run, on the command line.

use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use crate::load::Load;

/// How hard to hit the shop
#[derive(Debug, Args)]
#[command(next_help_heading = "Load")]
pub(super) struct LoadArguments {
    /// Buyers at work at the same time
    #[arg(
        long,
        value_name = "N",
        default_value_t = 8,
        allow_negative_numbers = true
    )]
    threads: u32,
    /// Database connections; fewer than threads make buyers wait for one [default: one each]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pool: Option<u32>,
    /// Different items for sale
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        allow_negative_numbers = true
    )]
    items: i64,
    /// Units of each item at the start
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 100,
        allow_negative_numbers = true
    )]
    stock: i64,
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
    /// Units that an order asks for
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 1,
        allow_negative_numbers = true
    )]
    quantity: i64,
    /// How much buyers prefer some items to others: the exponent of a Zipf distribution
    #[arg(
        long,
        value_name = "EXPONENT",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    skew: f64,
    /// How long a buyer thinks between reading the stock and taking from it, as in `1ms`
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration)]
    hold: Duration,
    /// Share of the orders that put stock back instead of buying, from 0 to below 1
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    restock: f64,
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
    /// Run this long without measuring before the run itself, as in `1s`
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration)]
    warm_up: Duration,
}

/// A number of seconds, or a number with a unit.
fn duration(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(0) => Ok(Duration::ZERO),
        Ok(number) => Err(format!("{number} what? Write {number}ms or {number}s")),
        Err(_) => humantime::parse_duration(text).map_err(|error| error.to_string()),
    }
}

impl LoadArguments {
    /// The load they ask for.
    pub(super) fn load(&self) -> Result<Load, Failure> {
        let enough = || Load::twice_what_is_for_sale(self.items, self.stock, self.quantity);
        let load = Load {
            threads: self.threads,
            pool: self.pool.unwrap_or(self.threads).min(self.threads.max(1)),
            items: self.items,
            stock: self.stock,
            orders: match self.duration {
                Some(_) => None,
                None => Some(self.orders.unwrap_or_else(enough)),
            },
            duration: self.duration,
            quantity: self.quantity,
            skew: self.skew,
            hold: self.hold,
            restock: self.restock,
            rate: self.rate,
            seed: self.seed,
            max_attempts: self.max_attempts,
            warm_up: self.warm_up,
        };
        load.check().map_err(Failure::usage)?;
        Ok(load)
    }
}
