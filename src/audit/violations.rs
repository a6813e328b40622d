//! What can be wrong, each by its name.

use serde::Serialize;

/// Declares the violations once, with all that must hold for each of them.
macro_rules! violations {
    ($($(#[$documentation:meta])* $name:ident,)*) => {
        /// How often each promise was broken. All zero is what "safe" means.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct Violations {
            $($(#[$documentation])* pub $name: u64,)*
        }

        impl Violations {
            /// Each with its name.
            pub fn named(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }

            /// Adds those of another run.
            pub fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }
        }
    };
}

violations! {
    /// Units sold beyond what there were, counted item by item.
    oversold,
    /// Credits spent beyond what the account held.
    overspent,
    /// Bills sent beyond the first for the same invoice, counted from the outside.
    double_billed,
    /// Invoices marked as sent for which no bill went out.
    marked_not_billed,
    /// Units by which the stock disagrees with the ledger: an update of the stock that another
    /// one overwrote.
    lost_updates,
    /// Units below zero.
    negative_stock,
    /// Orders whose buyer was told "done", and that the ledger does not have as ordered.
    missing_sales,
    /// Rows of the ledger whose buyer was turned away, or that no buyer knows of.
    phantom_sales,
    /// Rows of the ledger beyond the first for the same order.
    duplicate_sales,
    /// Buyers turned away as sold out while enough remained to the end.
    false_sold_out,
    /// Sales of which no event tells.
    missing_events,
    /// Events that tell of no sale, or again of the same.
    surplus_events,
}

impl Violations {
    /// Whether anything is wrong.
    pub fn any(&self) -> bool {
        self.named().any(|(_, count)| count > 0)
    }

    /// Whether the tables are right, and only the world outside is not.
    pub fn only_outside(&self) -> bool {
        let outside = Self {
            double_billed: self.double_billed,
            marked_not_billed: self.marked_not_billed,
            ..Self::default()
        };
        self.any() && *self == outside
    }
}
