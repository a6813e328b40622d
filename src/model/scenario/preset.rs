//! Ready-made numbers for one purpose.

use clap::ValueEnum;

use super::Scenario;
use crate::model::load::Load;
use crate::model::quantity::Quantity;
use crate::model::value_name::named_as_on_the_command_line;

/// A story's numbers made for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// 500 restocks and 700 purchases of 1 to 20 units, starting from a stock of 1, until none is left
    Pressure,
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

named_as_on_the_command_line!(Preset);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::order::Orders;

    #[test]
    fn the_pressure_preset_restocks_500_times() {
        let load = Preset::Pressure.load();
        assert_eq!(load.check(), Ok(()));
        assert_eq!(Orders::new(&load).restocks(), 500);
    }
}
