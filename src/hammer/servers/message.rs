//! What the servers and the process that started them say to each other: one line of JSON
//! each, over the servers' standard input and output.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::db::session::Kept;
use crate::hammer::Share;
use crate::hammer::event::Event;
use crate::hammer::gateway::Access;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::Plan;

/// What a server is to do. Sent first, and over a pipe: it holds the database's password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Assignment {
    /// Which server it is, from 1 up.
    pub(super) server: u32,
    /// The database, as `--database` takes it.
    pub(super) database: String,
    /// Settings that its sessions leave as the database's server has them.
    pub(super) kept: Kept,
    pub(super) plan: Plan,
    pub(super) scenario: Scenario,
    pub(super) load: Load,
    pub(super) share: Share,
    pub(super) outside: Option<Access>,
    /// Whether somebody wants to see every event, and not only the ends.
    pub(super) watched: bool,
}

/// What a server is told. The end of the pipe means that nobody is there any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ToServer {
    /// All are ready: begin.
    Go,
    /// The last delivery of all has come.
    Restocked,
    /// End early.
    Stop,
}

/// What a server says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FromServer {
    /// It has its connections.
    Ready,
    /// Something happened.
    Event(Event),
    /// It has done its work, or could not go on, in the database's words.
    Ended { gone: Option<String> },
    /// It could not begin.
    Failed { words: String },
}

/// Writes `message` as a line.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}
