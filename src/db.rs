//! Every difference between the databases, and nothing else.
//!
//! The rest of the program speaks to one [`AnyConnection`] type and asks this module for what
//! differs: how a transaction begins, what a locking read looks like, what an error means,
//! how a private server is started. This module imports nothing of lockbench's own.

pub mod address;
pub mod advisory;
pub mod backend;
pub mod blocked;
pub mod columns;
pub mod conflict;
pub mod connection;
pub mod database;
pub mod description;
pub mod engine;
pub mod level;
pub mod migration;
#[cfg(feature = "mysql")]
pub mod mysql;
#[cfg(feature = "mysql")]
mod named_lock;
pub mod pool;
pub mod postgres;
pub mod reservation;
pub mod row_lock;
pub mod scratch;
pub mod server;
pub mod sqlite;
pub mod table;
pub mod transaction;

pub use address::Address;
pub use backend::Backend;
pub use conflict::Conflict;
pub use connection::AnyConnection;
pub use database::Database;
pub use description::Description;
pub use engine::Engine;
pub use level::Level;
pub use pool::Pool;
pub use row_lock::RowLock;
pub use scratch::Scratch;
pub use transaction::IsolationLevel;
