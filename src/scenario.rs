//! The stories: what is for sale, in whose words, and how hard it is asked for.
//!
//! All are one purchase routine over one set of tables. An invoice is a stock of one whose
//! taking has an effect outside the database; a credit is a stock of money. To add a story:
//! a variant here, and its row in each function.

use std::fmt;
use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::load::Load;
use crate::quantity::Quantity;

/// A story that drives the purchase routine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// A shop sells products with limited stock while others restock them
    #[default]
    Inventory,
    /// One user presses "buy this book" in many browser windows at once
    Credit,
    /// Every server bills each pending invoice through an outside API, then marks it sent
    Invoices,
}

/// A story's numbers made for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// 500 restocks and 700 purchases of 1 to 20 units on a stock of 1, until nothing is left
    Pressure,
}

/// A story's own words.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Of units that can be had: "100 in stock".
    pub available: &'static str,
    /// Of units that were had: "100 sold".
    pub taken: &'static str,
    /// Of units that came back: "12 restocked".
    pub returned: &'static str,
    /// Of units had beyond what there were: "oversold by 7".
    pub exceeded: &'static str,
    /// Of what did not happen to any: "nothing oversold".
    pub wronged: &'static str,
    /// Of one item: "item 3".
    pub item: &'static str,
    /// What speed counts: "units truly sold".
    pub goods: &'static str,
}

impl Scenario {
    /// The story's own words.
    pub fn words(self) -> Words {
        match self {
            Self::Inventory => Words {
                available: "in stock",
                taken: "sold",
                returned: "restocked",
                exceeded: "oversold",
                wronged: "oversold",
                item: "item",
                goods: "units truly sold",
            },
            Self::Credit => Words {
                available: "credits in the account",
                taken: "spent",
                returned: "paid in",
                exceeded: "overspent",
                wronged: "overspent",
                item: "account",
                goods: "credits truly spent",
            },
            Self::Invoices => Words {
                available: "pending invoices",
                taken: "marked as sent",
                returned: "reopened",
                exceeded: "marked too often",
                wronged: "billed twice",
                item: "invoice",
                goods: "invoices truly sent",
            },
        }
    }

    /// The numbers that the story is told with where nothing else is asked for.
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
            // Nobody orders invoices: they are gone through until none is pending.
            orders: (!self.bills()).then_some(orders),
            ..load
        }
    }

    /// Whether a sale leaves an event for other systems.
    pub fn publishes(self) -> bool {
        self == Self::Credit
    }

    /// Whether taking has an effect outside the database: a bill is sent.
    pub fn bills(self) -> bool {
        self == Self::Invoices
    }
}

impl Preset {
    /// The story that it belongs to.
    pub fn scenario(self) -> Scenario {
        match self {
            Self::Pressure => Scenario::Inventory,
        }
    }

    /// Its numbers.
    pub fn load(self) -> Load {
        match self {
            Self::Pressure => Load {
                stock: 1,
                orders: Some(1_200),
                restock: 500.0 / 1_200.0,
                quantity: Quantity { least: 1, most: 20 },
                until_empty: true,
                ..Load::default()
            },
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Orders;

    #[test]
    fn every_story_has_numbers_that_make_a_run() {
        for scenario in Scenario::value_variants() {
            assert_eq!(scenario.load().check(), Ok(()), "{scenario}");
        }
    }

    #[test]
    fn the_pressure_preset_restocks_500_times() {
        let load = Preset::Pressure.load();
        assert_eq!(load.check(), Ok(()));
        assert_eq!(Orders::new(&load).restocks(), 500);
    }
}
