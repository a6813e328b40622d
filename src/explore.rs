//! Every order in which the statements of a few sessions can meet, on a real database.
//!
//! Hammering finds a race by luck; this goes through all of them. The sessions run on threads
//! and connections of their own, and diesel's instrumentation holds each of them up before
//! every statement, until the scheduler lets it go on. A session that waits inside the database
//! is seen to wait, because the database says so ([`crate::db::blocked`]), and is no choice
//! until it is free. What is proved is about statements: every schedule of these sessions on
//! this server, not "always".
//!
//! The sessions are any code over a diesel connection. [`purchases`] makes them of our own
//! purchase routine.

mod actor;
mod display;
mod error;
mod exploration;
mod footprint;
mod gate;
mod history;
mod mailbox;
pub mod purchases;
mod result;
mod search;
mod session;
mod stage;
mod statement;
mod talk;
mod tally;
mod timeline;
mod token;
mod transaction;
mod turn;

pub use error::ExploreError;
pub use exploration::{Exploration, Pruning};
pub use footprint::Footprint;
pub use gate::{act, begin_again, gave_lock_back, note, take_lock};
pub use history::{History, Step};
pub use result::{Coverage, Explored, FinalState, Inspection};
pub use statement::Statement;
pub use timeline::timeline;
pub use token::{Token, TokenError};
pub use turn::Turn;

pub use crate::db::blocked::Explorable;
