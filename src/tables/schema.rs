//! Our tables, as diesel sees them on every database.
//!
//! Where they live is a matter of [`crate::db`]: in the schema `lockbench` on PostgreSQL, by
//! their prefix on SQLite.

// `table!` writes public items without documentation.
#![allow(missing_docs)]

diesel::table! {
    /// What is for sale.
    lockbench_items (id) {
        /// From 1 up.
        id -> BigInt,
        /// Units left; what every strategy fights over.
        stock -> BigInt,
        /// Counts the writes of a strategy that compares versions.
        version -> BigInt,
    }
}

diesel::table! {
    /// What was sold and restocked: one row for each order that was carried out.
    lockbench_ledger (order_key) {
        /// The order, under a unique index of its own: no order counts twice.
        order_key -> BigInt,
        /// What it bought or restocked.
        item_id -> BigInt,
        /// What it did to the stock: negative when sold, positive when restocked.
        delta -> BigInt,
    }
}

diesel::table! {
    /// What others are to be told: written in the same transaction as the sale.
    lockbench_outbox (id) {
        /// The database counts.
        id -> BigInt,
        /// The order that it is about.
        order_key -> BigInt,
    }
}

diesel::table! {
    /// What is for sale in parts: an item's units, split over several rows.
    lockbench_buckets (item_id, bucket) {
        /// The item.
        item_id -> BigInt,
        /// From 0 up.
        bucket -> BigInt,
        /// Units left in it.
        stock -> BigInt,
    }
}

diesel::table! {
    /// What is for sale unit by unit.
    lockbench_units (item_id, id) {
        /// The item.
        item_id -> BigInt,
        /// The database counts.
        id -> BigInt,
    }
}

diesel::table! {
    /// Who has the tables, so that nobody's visit goes unnoticed.
    lockbench_occupant (token) {
        /// Drawn by the lockbench that the tables are reserved for; one row at the most.
        token -> BigInt,
        /// How often another, which had them before, was still at work.
        protests -> BigInt,
    }
}
