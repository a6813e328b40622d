//! The state of a shop whose purchases are explored.

use std::collections::BTreeMap;
use std::fmt;

use super::outcome::BuyerOutcome;

/// The state of the shop: after a step, or with what the buyers were told at the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShopState {
    /// Units left, by the item.
    pub stock: i64,
    /// What was sold; `None` after a step.
    pub sales: Option<Sales>,
}

/// What was sold in a schedule, and what its buyers were told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sales {
    /// Units sold, by the ledger.
    pub sold: i64,
    /// Bills sent.
    pub billed: u64,
    /// How many buyers were told what.
    pub told: BTreeMap<BuyerOutcome, usize>,
}

impl fmt::Display for ShopState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(sales) = &self.sales else {
            return write!(f, "stock {}", self.stock);
        };
        write!(f, "{} sold, stock {}", sales.sold, self.stock)?;
        if sales.billed > 0 {
            write!(f, ", {} billed", sales.billed)?;
        }
        for (index, (outcome, count)) in sales.told.iter().enumerate() {
            let before = if index == 0 { ": " } else { ", " };
            write!(f, "{before}{count} told '{outcome}'")?;
        }
        Ok(())
    }
}
