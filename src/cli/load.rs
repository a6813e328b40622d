//! The numbers of a run: those of the command line, of a named load, and of what they leave open.

use std::time::Duration;

use clap::{Arg, Args};

use super::failure::Failure;
use super::named_load::NamedLoadArguments;
use super::numbers::Numbers;
use crate::model::load::Load;

/// How hard to hit the shop
#[derive(Debug, Args)]
pub(super) struct LoadArguments {
    #[command(flatten)]
    numbers: Numbers,
    #[command(flatten)]
    named: NamedLoadArguments,
    /// Show load, SQL and estimated time; touch nothing
    #[arg(long, help_heading = None::<&'static str>)]
    pub(super) dry_run: bool,
}

/// More orders than any database here carries out in a second.
const MORE_THAN_SOLD: f64 = 200_000.0;

/// The same arguments where their details, about stories and servers, do not apply.
pub(super) fn without_details(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "threads" | "items" | "stock" | "orders" | "duration" | "hold" => {
            argument.long_help(None::<&'static str>)
        }
        _ => argument,
    }
}

/// An argument that only the long help has.
pub(super) fn advanced(argument: Arg) -> Arg {
    argument.help_heading("Advanced").hide_short_help(true)
}

/// What the help of the same arguments says where strategies are compared, round by round.
pub(super) fn in_rounds(argument: Arg) -> Arg {
    let argument = without_details(argument);
    match argument.get_id().as_str() {
        "stock" => advanced(argument).help(
            "Initial stock of each item [default: 200000 per second of a round, more than it sells]",
        ),
        "orders" => advanced(argument).help("Number of orders per round, instead of a time"),
        "duration" => advanced(argument).help(
            "Length of a round, even if fewer rounds then fit into --max-time [default: 500ms, or \
             less]",
        ),
        "quantity" => argument.help(
            "Units per order, of each of its items: a number, or a range such as `1..20` \
             [default: 1]",
        ),
        "warm_up" => argument.help("Warm up for this long before each round [default: 100ms]"),
        "dry_run" => argument.hide_short_help(true),
        _ => argument,
    }
}

impl LoadArguments {
    /// The load they ask for where it is run round by round, each of them so long if they do not
    /// say otherwise, and with enough for sale that nobody is turned away: the speed of a round
    /// is then one of sales.
    pub(super) fn in_rounds_of(
        &self,
        duration: Duration,
        warm_up: Duration,
    ) -> Result<Load, Failure> {
        let numbers = self.numbers()?;
        let seconds = numbers.duration.unwrap_or(duration).as_secs_f64();
        let each = numbers.quantity.map_or(1, |quantity| quantity.average());
        numbers.load(Load {
            stock: ((MORE_THAN_SOLD * seconds) as i64)
                .max(1)
                .saturating_mul(each),
            orders: None,
            duration: Some(duration),
            warm_up,
            ..Load::default()
        })
    }

    /// Whether they say themselves how long a round is, or how many orders it has.
    pub(super) fn fixes_rounds(&self) -> Result<bool, Failure> {
        let numbers = self.numbers()?;
        Ok(numbers.duration.is_some() || numbers.orders.is_some() || numbers.until_empty)
    }

    /// Whether they say themselves how much is for sale.
    pub(super) fn fixes_stock(&self) -> Result<bool, Failure> {
        Ok(self.numbers()?.stock.is_some())
    }

    /// The load they ask for, where `base` says what they leave open.
    pub(super) fn load(&self, base: Load) -> Result<Load, Failure> {
        self.numbers()?.load(base)
    }

    /// The numbers of the command line, and those of the named load where it has none.
    fn numbers(&self) -> Result<Numbers, Failure> {
        let named = self.named.read()?.unwrap_or_default();
        Ok(self.numbers.clone().or(named))
    }
}
