//! What can be wrong, each by its name.

use serde::Serialize;

/// How often each promise was broken. All zero is what "safe" means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Violations {
    /// Units sold beyond what there were, counted item by item.
    pub oversold: u64,
    /// Units by which the stock disagrees with the ledger: an update of the stock that another
    /// one overwrote.
    pub lost_updates: u64,
    /// Units below zero.
    pub negative_stock: u64,
    /// Orders whose buyer was told "done", and that the ledger does not have as ordered.
    pub missing_sales: u64,
    /// Rows of the ledger whose buyer was turned away, or that no buyer knows of.
    pub phantom_sales: u64,
    /// Rows of the ledger beyond the first for the same order.
    pub duplicate_sales: u64,
    /// Buyers turned away as sold out while enough remained to the end.
    pub false_sold_out: u64,
}

impl Violations {
    /// Each with its name.
    pub fn named(&self) -> [(&'static str, u64); 7] {
        [
            ("oversold", self.oversold),
            ("lost_updates", self.lost_updates),
            ("negative_stock", self.negative_stock),
            ("missing_sales", self.missing_sales),
            ("phantom_sales", self.phantom_sales),
            ("duplicate_sales", self.duplicate_sales),
            ("false_sold_out", self.false_sold_out),
        ]
    }

    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        self.oversold += other.oversold;
        self.lost_updates += other.lost_updates;
        self.negative_stock += other.negative_stock;
        self.missing_sales += other.missing_sales;
        self.phantom_sales += other.phantom_sales;
        self.duplicate_sales += other.duplicate_sales;
        self.false_sold_out += other.false_sold_out;
    }

    /// Whether anything is wrong.
    pub fn any(&self) -> bool {
        self.named().iter().any(|(_, count)| *count > 0)
    }
}
