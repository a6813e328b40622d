//! The databases' protocols between a program and its server: read, and handed on byte by byte.
//!
//! A [`Proxy`] stands in front of a server. It gathers what a client sends until the server is
//! asked to do it, shows that to a [`Watcher`], which may keep it waiting for as long as it likes,
//! and then hands the very same bytes on, but for what the watcher edits. Of schedules this knows nothing.
//!
//! PostgreSQL's is that of the manual's chapter "Frontend/Backend Protocol", versions 3.0 and 3.2;
//! MariaDB's is in a folder of its own.

mod answer;
mod batch;
mod body;
mod connections;
mod first;
mod frame;
mod link;
mod mysql;
mod names;
mod protocol;
mod proxy;
mod relay;
mod sql;
mod transaction;
mod upstream;
mod value;
mod watcher;

pub use answer::{Answer, Refused, Status};
pub use batch::{Batch, End};
pub use protocol::{EndSession, Protocol};
pub use proxy::{Proxy, Traffic};
pub use sql::Sql;
pub use upstream::Upstream;
pub use watcher::{ConnectionId, Editing, Insertion, Watcher};
