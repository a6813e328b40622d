//! Every interleaving of the statements of a few sessions, on a real database.
//!
//! Hammering finds a race by luck; this goes through all of them. The sessions run on threads
//! and connections of their own, and diesel's instrumentation stops each of them before every
//! statement until the scheduler lets it continue. A session that waits inside the database is
//! known to wait, because the database says so ([`crate::db::blocked`]), and cannot be chosen
//! until it is free. What is proved is about statements: every schedule of these sessions on
//! this server, not "always".
//!
//! The sessions can be any code that uses a diesel connection. Of purchases this knows nothing:
//! `lockbench explore` builds its sessions from lockbench's own routine in `proof`.

mod access;
mod atomicity;
mod bounds;
mod caveats;
mod display;
mod error;
mod event_queue;
mod exploration;
mod extent;
mod footprint;
mod history;
mod inside;
mod interceptor;
mod messages;
mod panic;
mod participant;
#[cfg(feature = "cli")]
mod remote;
mod result;
mod scheduler;
mod search;
mod session;
mod state;
mod statement;
mod strictness;
mod tally;
mod timeline;
mod token;
mod transaction;
mod verb;

#[cfg(feature = "cli")]
pub(crate) use bounds::Bounds;
#[cfg(feature = "cli")]
pub(crate) use caveats::UNREACHED;
pub use error::ExploreError;
pub use exploration::Judgement;
pub use exploration::{Estimate, Exploration, Pruning};
pub use extent::Extent;
pub use footprint::Footprint;
#[cfg(feature = "cli")]
pub(crate) use footprint::HARMLESS;
pub use history::{History, Step};
pub use inside::Inside;
pub use interceptor::{act, begin_again, gave_lock_back, note, take_lock};
#[cfg(feature = "cli")]
pub(crate) use messages::Resume;
#[cfg(feature = "cli")]
pub(crate) use remote::{EventSender, RemoteSession, StatementOutcome};
pub use result::{Coverage, Divergence, Explored, FinalState, Inspection};
pub use search::Turn;
pub use state::{End, State};
pub use statement::Statement;
#[cfg(feature = "cli")]
pub(crate) use strictness::Strictness;
pub use timeline::timeline;
pub use token::{Token, TokenError};

pub use crate::db::blocked::Explorable;
