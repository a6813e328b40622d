//! The stories: what is for sale, in whose words.

use clap::ValueEnum;
use serde::Serialize;

/// A story that drives the purchase routine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// A shop sells products with limited stock while others restock them
    #[default]
    Inventory,
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
            },
        }
    }
}
