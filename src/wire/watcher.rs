//! Who is told of all that passes, and decides when.

use super::{Answer, Batch};

/// Tells the connections of one proxy apart: counted from 1.
pub type ConnectionId = u64;

/// Is told of all that passes a proxy. It is called from the threads of its connections, and
/// before the client is given what it is told of.
pub trait Watcher: Send + Sync {
    /// A connection is ready for its first statement; the server's own number for it, and the
    /// settings that the client has begun its session with.
    fn connected(
        &self,
        connection: ConnectionId,
        server_process: i32,
        settings: &[(String, String)],
    );

    /// A client has sent a batch. It is handed on when this returns `true`; on `false` the
    /// connection is closed. Nothing else is read from the connection meanwhile, except what ends
    /// a COPY, and no batch arrives before the one in front of it has been answered.
    fn arrives(&self, connection: ConnectionId, batch: &Batch) -> bool;

    /// What edits the traffic on its way to a PostgreSQL server; `None`: it passes as it is.
    fn editing(&self) -> Option<&dyn Editing> {
        None
    }

    /// The server has answered.
    fn answered(&self, connection: ConnectionId, answer: &Answer);

    /// The server has closed a connection: nothing is held by it any more.
    fn closed(&self, connection: ConnectionId);

    /// A client wanted encryption, was told that there is none, and went away.
    fn wants_encryption(&self);
}

/// Edits what passes a proxy, on its way to the server.
pub trait Editing {
    /// What the server is sent in the place of a text of SQL; `None`: the text itself.
    fn edits(&self, text: &str) -> Option<String>;

    /// What the server is sent before a batch, each by itself; the client hears nothing of it.
    fn goes_before(&self, connection: ConnectionId, batch: &Batch) -> Vec<Insertion>;

    /// Whether a transaction is open on a connection that an [`Insertion`] has begun. It is ended by
    /// [`Traffic::end_transactions`](super::Traffic::end_transactions).
    fn owes_end(&self, connection: ConnectionId) -> bool;
}

/// A statement that no client has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// What it is.
    pub sql: String,
    /// Whether it arrives, and is answered, as a client's statement does. Otherwise nobody is told of
    /// it, and it goes to the server together with the batch.
    pub arrives: bool,
}
