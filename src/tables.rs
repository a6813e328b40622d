//! The statements of lockbench's own tables: a file for each table, and one for each way to send
//! several at once.

pub mod batch;
pub mod bucket;
pub mod item;
pub mod ledger;
pub mod occupant;
pub mod outbox;
pub mod procedure;
pub mod schema;
pub(crate) mod snapshot;
pub(crate) mod statement;
pub mod status;
pub mod stock;
pub mod unit;
