//! How the orders of a run ended.

use serde::Serialize;

/// How the orders ended, after every unknown end has been looked up in the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct OutcomeCounts {
    /// Purchases carried out.
    pub sold: u64,
    /// Deliveries carried out.
    pub restocked: u64,
    /// Purchases turned away for want of stock.
    pub sold_out: u64,
    /// Orders left to somebody else, who had the item in hand just then.
    pub in_use: u64,
    /// Orders whose attempts were used up.
    pub gave_up: u64,
    /// Orders that an error ended.
    pub failed: u64,
    /// Orders of which nobody knows whether they were carried out.
    pub unknown: u64,
    /// Orders whose end was unknown, and that the ledger has.
    pub unknown_found: u64,
    /// Orders whose end was unknown, and that the ledger does not have: given up.
    pub unknown_not_found: u64,
}

impl OutcomeCounts {
    /// Each with the name that it has everywhere.
    pub fn named(&self) -> [(&'static str, u64); 9] {
        [
            ("sold", self.sold),
            ("restocked", self.restocked),
            ("sold_out", self.sold_out),
            ("in_use", self.in_use),
            ("gave_up", self.gave_up),
            ("failed", self.failed),
            ("unknown", self.unknown),
            ("unknown_found", self.unknown_found),
            ("unknown_not_found", self.unknown_not_found),
        ]
    }

    /// Adds those of another run.
    pub(crate) fn add(&mut self, other: &Self) {
        self.sold += other.sold;
        self.restocked += other.restocked;
        self.sold_out += other.sold_out;
        self.in_use += other.in_use;
        self.gave_up += other.gave_up;
        self.failed += other.failed;
        self.unknown += other.unknown;
        self.unknown_found += other.unknown_found;
        self.unknown_not_found += other.unknown_not_found;
    }
}
