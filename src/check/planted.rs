//! Data with known errors in it, for the audit to find.

use crate::hammer::Outcome;
use crate::hammer::Outcome::{Done, GaveUp, SoldOut};
use crate::model::scenario::Scenario::{Credit, Inventory, Invoices};
use crate::model::scenario::{Demand, Scenario};
use crate::run::audit::{ForEachViolation, Violations};

/// A buyer of one unit: what he was told, and what there is to be found of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planted {
    pub(super) told: Outcome,
    /// Rows of the ledger.
    pub(super) rows: usize,
    /// Events, where the story has any.
    pub(super) events: usize,
    /// Bills, where the story has any.
    pub(super) bills: usize,
}

/// An item with something wrong about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plant {
    /// The story that knows this wrong.
    pub(super) scenario: Scenario,
    /// The buyers of the item.
    pub(super) buyers: &'static [Planted],
    /// What the item says is left.
    pub(super) left: i64,
    /// What must be found.
    pub(super) wrong: Violations,
}

/// Units of each item at the start.
pub(super) fn stock(scenario: Scenario) -> i64 {
    match scenario.demand() {
        Demand::List => 1,
        Demand::Orders => 3,
    }
}

const fn buyer(told: Outcome, rows: usize) -> Planted {
    Planted {
        told,
        rows,
        events: rows,
        bills: rows,
    }
}

const SOLD: Planted = buyer(Done, 1);

/// Items about which nothing is wrong, one for each story.
pub(super) const SOUND: [Plant; 3] = [
    Plant {
        scenario: Inventory,
        buyers: &[SOLD, SOLD, SOLD, buyer(SoldOut, 0)],
        left: 0,
        wrong: Violations::NONE,
    },
    Plant {
        scenario: Credit,
        buyers: &[SOLD, buyer(GaveUp, 0)],
        left: 2,
        wrong: Violations::NONE,
    },
    Plant {
        scenario: Invoices,
        buyers: &[SOLD],
        left: 0,
        wrong: Violations::NONE,
    },
];

/// An item for each violation, which shows it and as little else as can be. The numbers differ,
/// so that one that is taken for another is noticed.
pub(super) const PLANTS: ForEachViolation<Plant> = ForEachViolation {
    oversold: Plant {
        scenario: Inventory,
        buyers: &[SOLD, SOLD, SOLD, SOLD],
        left: 0,
        // Four of three: the stock cannot agree with that, unless it is below zero.
        wrong: Violations {
            oversold: 1,
            lost_updates: 1,
            ..Violations::NONE
        },
    },
    overspent: Plant {
        scenario: Credit,
        buyers: &[SOLD, SOLD, SOLD, SOLD],
        left: 0,
        wrong: Violations {
            overspent: 1,
            lost_updates: 1,
            ..Violations::NONE
        },
    },
    double_billed: Plant {
        scenario: Invoices,
        buyers: &[Planted { bills: 3, ..SOLD }],
        left: 0,
        wrong: Violations {
            double_billed: 2,
            ..Violations::NONE
        },
    },
    marked_not_billed: Plant {
        scenario: Invoices,
        buyers: &[Planted { bills: 0, ..SOLD }],
        left: 0,
        wrong: Violations {
            marked_not_billed: 1,
            ..Violations::NONE
        },
    },
    missing_sales: Plant {
        scenario: Inventory,
        buyers: &[SOLD, buyer(Done, 0), buyer(Done, 0)],
        left: 2,
        wrong: Violations {
            missing_sales: 2,
            ..Violations::NONE
        },
    },
    phantom_sales: Plant {
        scenario: Inventory,
        buyers: &[buyer(GaveUp, 1), buyer(SoldOut, 1), buyer(GaveUp, 1)],
        left: 0,
        wrong: Violations {
            phantom_sales: 3,
            ..Violations::NONE
        },
    },
    duplicate_sales: Plant {
        scenario: Inventory,
        buyers: &[buyer(Done, 3)],
        left: 0,
        wrong: Violations {
            duplicate_sales: 2,
            ..Violations::NONE
        },
    },
    lost_updates: Plant {
        scenario: Inventory,
        buyers: &[SOLD],
        left: 3,
        wrong: Violations {
            lost_updates: 1,
            ..Violations::NONE
        },
    },
    negative_stock: Plant {
        scenario: Inventory,
        buyers: &[SOLD, SOLD, SOLD, SOLD],
        left: -1,
        wrong: Violations {
            negative_stock: 1,
            oversold: 1,
            ..Violations::NONE
        },
    },
    missing_events: Plant {
        scenario: Credit,
        buyers: &[SOLD, Planted { events: 0, ..SOLD }],
        left: 1,
        wrong: Violations {
            missing_events: 1,
            ..Violations::NONE
        },
    },
    surplus_events: Plant {
        scenario: Credit,
        buyers: &[Planted { events: 3, ..SOLD }],
        left: 2,
        wrong: Violations {
            surplus_events: 2,
            ..Violations::NONE
        },
    },
    false_sold_out: Plant {
        scenario: Inventory,
        buyers: &[SOLD, buyer(SoldOut, 0)],
        left: 2,
        wrong: Violations {
            false_sold_out: 1,
            ..Violations::NONE
        },
    },
};

/// What must be found in all of them together.
pub(super) fn expected(plants: &[Plant]) -> Violations {
    let mut all = Violations::NONE;
    plants.iter().for_each(|plant| all.add(&plant.wrong));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plant_shows_the_violation_that_it_stands_for() {
        for (name, plant) in PLANTS.named() {
            let shown: Vec<&str> = plant
                .wrong
                .named()
                .filter_map(|(shown, number)| (number > 0).then_some(shown))
                .collect();
            assert!(shown.contains(&name), "{name}: {shown:?}");
        }
    }
}
