//! The stories: what is for sale, in which words, and how high the demand is.
//!
//! All are one purchase routine over one set of tables. An invoice is a stock of one whose
//! taking has an effect outside the database; a credit is a stock of money. To add a story:
//! a variant here, and its row in each function. Everybody else asks those, and names no story.

mod preset;

use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::model::invalid_request::InvalidRequest;
use crate::model::load::Load;
use crate::model::quantity::Quantity;
use crate::model::value_name::named_as_on_the_command_line;

pub use preset::Preset;

/// A story that drives the purchase routine.
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
pub enum Scenario {
    /// A shop sells products with limited stock while others restock them
    #[default]
    Inventory,
    /// One user presses "buy this book" in many browser windows at once
    Credit,
    /// Every server bills each pending invoice through an external API, then marks it as sent
    Invoices,
}

/// Why an invoice has no use for most numbers.
const EACH_ONCE: &str = ": each invoice is one item, billed once";

/// Where the orders of a story come from.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Buyers place them, as many as the load says, for as many units as they like.
    Orders,
    /// The items are a list, each of them one unit. Every server goes through the whole list, and
    /// draws it up again until nothing on it is pending.
    List,
}

/// What it is called when more units are taken than there were.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// Goods were.
    Oversold,
    /// Money was.
    Overspent,
}

/// A story's own words.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Of units that can be taken: "100 in stock".
    pub available: &'static str,
    /// Of units that were taken: "100 sold".
    pub taken: &'static str,
    /// Of units that came back: "12 restocked".
    pub returned: &'static str,
    /// Of units taken beyond what there was: "oversold by 7".
    pub exceeded: &'static str,
    /// Of what did not happen to any: "nothing oversold".
    pub wronged: &'static str,
    /// Of one item: "item 3".
    pub item: &'static str,
    /// Of several: "20 items".
    pub items: &'static str,
    /// What speed counts: "units actually sold".
    pub goods: &'static str,
    /// Of orders that were carried out: "100 sold".
    pub completed: &'static str,
    /// Of orders for which there was not enough: "300 turned away as sold out".
    pub rejected: &'static str,
    /// The same two of one server, or of one order, in a word or two.
    pub done: &'static str,
    /// See above.
    pub sold_out: &'static str,
    /// Of a buyer whose order was carried out: "got 2 of item 3".
    pub got: &'static str,
    /// Of one for whom there was not enough.
    pub not_got: &'static str,
}

impl Scenario {
    /// The story's own words.
    pub(crate) fn words(self) -> Words {
        match self {
            Self::Inventory => Words {
                available: "in stock",
                taken: "sold",
                returned: "restocked",
                exceeded: "oversold",
                wronged: "oversold",
                item: "item",
                items: "items",
                goods: "units actually sold",
                completed: "sold",
                rejected: "turned away as sold out",
                done: "done",
                sold_out: "sold out",
                got: "got {wanted}",
                not_got: "did not get {wanted}: not enough left",
            },
            Self::Credit => Words {
                available: "credits in the account",
                taken: "spent",
                returned: "paid in",
                exceeded: "overspent",
                wronged: "overspent",
                item: "account",
                items: "accounts",
                goods: "credits actually spent",
                completed: "books bought",
                rejected: "turned away for lack of credit",
                done: "done",
                sold_out: "sold out",
                got: "got {wanted}",
                not_got: "did not get {wanted}: not enough left",
            },
            Self::Invoices => Words {
                available: "pending invoices",
                taken: "marked as sent",
                returned: "reopened",
                exceeded: "marked too often",
                wronged: "billed twice",
                item: "invoice",
                items: "invoices",
                goods: "invoices actually sent",
                completed: "marked as sent",
                rejected: "already sent",
                done: "marked",
                sold_out: "already sent",
                got: "{wanted} marked as sent",
                not_got: "{wanted} had already been sent",
            },
        }
    }

    /// The story's default numbers.
    pub fn load(self) -> Load {
        let load = Load::default();
        let load = match self {
            Self::Inventory => load,
            // One account; each book has a price.
            Self::Credit => Load {
                threads: 10,
                pool: 10,
                stock: 200,
                quantity: Quantity { least: 5, most: 30 },
                hold: Duration::from_millis(1),
                ..load
            },
            // The threads of each server, all of which go through the same list.
            Self::Invoices => Load {
                threads: 2,
                pool: 2,
                items: 20,
                stock: 1,
                ..load
            },
        };
        let orders = load.orders_for_twice_what_is_for_sale();
        Load {
            orders: (self.demand() == Demand::Orders).then_some(orders),
            ..load
        }
    }

    /// The numbers that the story is checked with: enough buyers at once, who think long enough,
    /// for naive to fail in every round.
    pub(crate) fn load_of_a_check(self) -> Load {
        let load = self.load();
        Load {
            threads: 16,
            hold: Duration::from_millis(1),
            stock: match self {
                Self::Inventory => 50,
                Self::Credit | Self::Invoices => load.stock,
            },
            ..load
        }
    }

    /// How many servers there are where nothing else is asked for; `None`: this process alone.
    pub(crate) fn usual_servers(self) -> Option<u32> {
        match self {
            Self::Inventory | Self::Credit => None,
            Self::Invoices => Some(2),
        }
    }

    /// Where the orders come from.
    pub(crate) fn demand(self) -> Demand {
        match self {
            Self::Inventory | Self::Credit => Demand::Orders,
            Self::Invoices => Demand::List,
        }
    }

    /// What it is called when more units are taken than there were.
    pub(crate) fn excess(self) -> Excess {
        match self {
            Self::Credit => Excess::Overspent,
            Self::Inventory | Self::Invoices => Excess::Oversold,
        }
    }

    /// Whether a sale leaves an event for other systems.
    pub(crate) fn publishes(self) -> bool {
        match self {
            Self::Credit => true,
            Self::Inventory | Self::Invoices => false,
        }
    }

    /// Whether taking has an effect outside the database: a bill is sent.
    pub(crate) fn bills(self) -> bool {
        match self {
            Self::Invoices => true,
            Self::Inventory | Self::Credit => false,
        }
    }
}

named_as_on_the_command_line!(Scenario);

impl Scenario {
    /// Makes sure that a load has a place in the story.
    ///
    /// # Errors
    /// A number of it has none.
    pub fn check(self, load: &Load) -> Result<(), InvalidRequest> {
        let wrong: &[(bool, &str, &str)] = match self {
            Self::Inventory => &[],
            Self::Credit => &[(load.items != 1, "items", ": there is only one account")],
            Self::Invoices => &[
                (
                    load.orders.is_some(),
                    "orders",
                    ", which has as many orders as --items",
                ),
                (load.basket > 1, "basket", EACH_ONCE),
                (load.restock > 0.0, "restock", EACH_ONCE),
                (load.until_empty, "until-empty", EACH_ONCE),
                (load.stock != 1, "stock", EACH_ONCE),
                (load.quantity.most != 1, "quantity", EACH_ONCE),
                (
                    load.duration.is_some(),
                    "duration",
                    ", which ends when no invoice is pending",
                ),
                (load.rate.is_some(), "rate", ": nobody orders an invoice"),
            ],
        };
        let wrong = wrong.iter().find(|(wrong, ..)| *wrong);
        InvalidRequest::unless(
            wrong.map(|(_, option, why)| {
                format!("--{option} does not apply to --scenario {self}{why}")
            }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_story_has_numbers_that_make_a_run() {
        for scenario in Scenario::value_variants() {
            assert_eq!(scenario.load().check(), Ok(()), "{scenario}");
        }
    }
}
