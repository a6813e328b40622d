//! Several servers: the same work in several processes of the operating system, each with a
//! connection pool and locks of its own, as in production.
//!
//! A server is this program started again. It gets its work over its standard input, where it
//! also notices the end of its parent, and tells over its standard output what it begins and
//! how that ends, so that nothing is lost of what it had said when it is killed.

mod child;
mod group;
mod kill;
mod message;
mod process;
mod tally;
mod work;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

pub use child::serve;
pub use kill::{Kill, KillError};
pub use tally::ServerTally;

use crate::db::Database;
use crate::hammer::{Job, Measurement, Progress};
use group::ServerGroup;

/// The servers of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Servers {
    /// How many there are.
    pub count: u32,
    /// The program that each of them is: lockbench's own.
    pub program: PathBuf,
    /// Which one is killed, and when; it is started again.
    pub kill: Option<Kill>,
}

/// Has the servers do `job`, each its share of it. The one that is to be killed is, once its
/// time has come, at a moment when it is in the middle of what `is_in_the_middle` knows of, if
/// there is such a moment soon.
///
/// # Errors
/// A server could not be started, or not begin: then in its own words.
pub fn run(
    servers: &Servers,
    database: &Database,
    job: Job<'_>,
    watched: bool,
    is_in_the_middle: &dyn Fn(u32) -> bool,
    stop: &AtomicBool,
    progress: &Progress,
) -> Result<Measurement> {
    let mut group = ServerGroup::start(servers, database, job, watched)?;
    group.work(is_in_the_middle, stop, progress)?;
    Ok(group.finish(stop))
}
