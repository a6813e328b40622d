//! The end of a transaction that no client has begun: whoever has begun it ends it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::link::Link;
use super::relay::Relay;
use super::upstream::Stream;
use super::{ConnectionId, Insertion};

/// Between two looks at whether it has been ended.
const PAUSE: Duration = Duration::from_millis(1);

/// The end of what may be such a transaction, on one connection.
pub(super) struct TransactionEnd {
    pub(super) relay: Arc<Relay>,
    pub(super) id: ConnectionId,
    pub(super) server: Mutex<Stream>,
    pub(super) link: Arc<Link>,
}

impl TransactionEnd {
    /// Ends it, where there is one.
    pub(super) fn end(&self, commit: bool) {
        if !self.relay.watcher.owes_end(self.id) {
            return;
        }
        let sql = if commit { "COMMIT" } else { "ROLLBACK" };
        let insertion = Insertion {
            sql: sql.to_owned(),
            arrives: true,
        };
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        // A server that is gone has ended it.
        let _: io::Result<bool> = self
            .relay
            .insert(self.id, &insertion, &mut server, &self.link);
    }

    /// Waits, after the client has gone, until it has been ended, or everybody is sent away.
    pub(super) fn wait(&self) {
        while self.relay.watcher.owes_end(self.id) && !self.relay.connections.is_hung_up(self.id) {
            thread::sleep(PAUSE);
        }
    }
}
