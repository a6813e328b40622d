//! What every schedule shows: the engine of [`explore`](crate::explore) used for lockbench's own
//! purchases, and for the anomalies that isolation levels are meant to prevent.

pub mod anomaly;
pub mod purchases;
