//! Every difference between the databases, and nothing else.
//!
//! The rest of the program uses one [`AnyConnection`] type and asks this module for what
//! differs: how a transaction begins, what a locking read looks like, what an error means,
//! how a private server is started. This module imports nothing of lockbench's own.

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod address;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod advisory;
#[doc(hidden)]
pub mod backend;
#[doc(hidden)]
pub mod blocked;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod columns;
#[doc(hidden)]
pub mod conflict;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod connection;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod database;
#[cfg(feature = "cli")]
mod deadlocks;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod description;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod disposable;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod durability;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod engine;
mod gate;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod level;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod migration;
#[cfg(all(feature = "cli", feature = "mysql"))]
#[doc(hidden)]
pub mod mysql;
#[cfg(all(feature = "cli", feature = "mysql"))]
mod named_lock;
mod outliving;
#[cfg(feature = "cli")]
mod place;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod pool;
#[cfg(feature = "cli")]
mod pooler;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod postgres;
#[cfg(feature = "cli")]
mod refusal;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod reservation;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod rights;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod row_lock;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod scratch;
pub mod server;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod session;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod sqlite;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod stand_in;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod table;
mod temporary_gates;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod trace;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod transaction;
#[cfg(feature = "cli")]
mod writable;

#[cfg(feature = "cli")]
pub use address::Address;
pub use backend::Backend;
#[doc(hidden)]
pub use conflict::Conflict;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use connection::AnyConnection;
#[cfg(feature = "cli")]
pub use database::Database;
#[cfg(feature = "cli")]
pub use description::Description;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use durability::Endurance;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use engine::Engine;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use level::Level;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use pool::Pool;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use row_lock::RowLock;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use scratch::Scratch;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use transaction::IsolationLevel;
