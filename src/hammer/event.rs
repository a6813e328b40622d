//! What happens in a run, moment by moment: for whoever watches, and for whoever must know
//! what a server was about when it died.

use serde::{Deserialize, Serialize};

use crate::hammer::OrderResult;
use crate::model::order::Basket;
use crate::purchase::Conflict;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Event {
    /// When, in microseconds of the system's clock, which all servers share.
    pub at_us: u64,
    /// The server that it happened to, from 1 up; 0 where there is only this process.
    pub server: u32,
    /// The buyer among the server's, from 1 up.
    pub buyer: u32,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum What {
    /// A buyer turns to a basket.
    Began {
        /// What is wanted.
        basket: Basket,
    },
    /// The outside world is asked to bill.
    Billing {
        /// The invoice.
        item: i64,
    },
    /// The outside world has answered.
    Billed {
        /// The invoice.
        item: i64,
        /// Whether it had billed this invoice before, and knew that from the key.
        known: bool,
    },
    /// An attempt met somebody else, and begins again or is left.
    Met {
        /// What was wanted.
        item: i64,
        /// How that showed.
        conflict: Conflict,
    },
    /// A basket has ended, in whatever way.
    Settled(OrderResult),
    /// A server was killed, on purpose.
    Killed,
    /// It was started again.
    Restarted,
}

/// Is told of what happens, from many threads.
pub trait Observer: Sync {
    /// `what` happened to that buyer, just now.
    fn see(&self, buyer: u32, what: What);
}
