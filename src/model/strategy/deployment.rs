//! What a promise depends on besides the strategy itself.

use crate::db::{Backend, Engine};

/// Where and how a strategy is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The database as it is set up.
    pub engine: Engine,
    /// Processes that do the same work, each with its own locks.
    pub servers: u32,
    /// Buyers whom the guard `semaphore` lets in at a time.
    pub slots: u32,
    /// Whether taking has an effect outside the database.
    pub bills: bool,
    /// Whether each such effect carries an idempotency key: it is done once, however often it
    /// is requested, and is recorded in the database under that same key.
    pub idempotent: bool,
    /// Whether a server is killed in the middle of its work.
    pub killed: bool,
}

impl From<Engine> for Deployment {
    /// One process, one database, and nothing outside.
    fn from(engine: Engine) -> Self {
        Self {
            engine,
            servers: 1,
            slots: 1,
            bills: false,
            idempotent: false,
            killed: false,
        }
    }
}

impl From<Backend> for Deployment {
    fn from(backend: Backend) -> Self {
        Engine::of(backend).into()
    }
}
