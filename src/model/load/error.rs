use thiserror::Error;

use crate::model::quantity::Quantity;

/// Why a load cannot be run.
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
    #[error("the quantity is {0}: an order must ask for at least 1")]
    NoQuantity(Quantity),
    /// The range has no number in it.
    #[error("the quantity is {0}: the first number must not exceed the second")]
    EmptyQuantity(Quantity),
    /// An order must ask for something.
    #[error("a basket must hold at least one item")]
    NoBasket,
    /// A basket holds different items.
    #[error("a basket of {0} different items needs at least {0} --items, and there are {1}")]
    BasketTooLarge(u32, i64),
    /// Nobody would be let in.
    #[error("there must be at least one slot")]
    NoSlots,
    /// Nobody could ever tell that nothing is left.
    #[error(
        "--until-empty needs a --quantity that starts at 1 and a --basket of 1: only a buyer who wants one unit of one item and gets none knows that none is left"
    )]
    CannotEmpty,
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
    /// This system has no such call.
    #[error("--pin is supported only on Linux: leave it out")]
    CannotPin,
    /// An order would not even be tried.
    #[error("there must be at least one attempt")]
    NoAttempts,
    /// The sums would not fit into the database's BIGINT.
    #[error("these numbers are too large to add up: use smaller ones")]
    TooLarge,
}
