use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::net::Shutdown;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ConnectionId;
use super::protocol::Protocol;
use super::transaction::TransactionEnd;
use super::upstream::{Stream, Upstream};

/// The code of a message that asks to cancel what a connection is doing.
const CANCEL: u32 = (1234 << 16) | 5678;

/// The connections of a proxy that are open.
pub(super) struct Connections {
    inside: Mutex<Inside>,
    protocol: Protocol,
}

#[derive(Default)]
struct Inside {
    last: ConnectionId,
    open: BTreeMap<ConnectionId, Open>,
    over: bool,
}

struct Open {
    client: Stream,
    /// What the server wants to be shown of whoever cancels.
    key: Option<Vec<u8>>,
    end: Option<Arc<TransactionEnd>>,
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}

impl Connections {
    /// None yet, of a server that speaks that protocol.
    pub(super) fn new(protocol: &Protocol) -> Self {
        Self {
            inside: Mutex::default(),
            protocol: protocol.clone(),
        }
    }

    /// Has a MariaDB server end the session that it has that number for.
    pub(super) fn end_session(&self, number: u32) {
        if let Protocol::Mysql(end_session) = &self.protocol {
            end_session(number);
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one; `None` once the proxy is being closed.
    pub(super) fn add(&self, client: Stream) -> Option<ConnectionId> {
        let mut inside = self.inside();
        if inside.over {
            return None;
        }
        inside.last += 1;
        let id = inside.last;
        let open = Open {
            client,
            key: None,
            end: None,
        };
        inside.open.insert(id, open);
        Some(id)
    }

    /// What the server has said of it: its number and its secret.
    pub(super) fn has_key(&self, id: ConnectionId, key: &[u8]) {
        if let Some(open) = self.inside().open.get_mut(&id) {
            open.key = Some(key.to_vec());
        }
    }

    /// What ends a transaction on it that no client has begun.
    pub(super) fn has_end(&self, id: ConnectionId, end: Arc<TransactionEnd>) {
        if let Some(open) = self.inside().open.get_mut(&id) {
            open.end = Some(end);
        }
    }

    /// Ends the transactions that no client has begun.
    pub(super) fn end_transactions(&self, commit: bool) {
        let ends: Vec<_> = {
            let inside = self.inside();
            let open = inside.open.values();
            open.filter_map(|open| open.end.clone()).collect()
        };
        for end in ends {
            end.end(commit);
        }
    }

    pub(super) fn remove(&self, id: ConnectionId) {
        self.inside().open.remove(&id);
    }

    pub(super) fn count(&self) -> usize {
        self.inside().open.len()
    }

    /// Takes no more of them.
    pub(super) fn refuse_more(&self) {
        self.inside().over = true;
    }

    /// Hangs up on every client, and has the server give up what it is doing for them.
    pub(super) fn hang_up(&self, upstream: &Upstream) {
        let keys: Vec<Vec<u8>> = {
            let inside = self.inside();
            let open = inside.open.values();
            open.filter_map(|open| {
                open.end.iter().for_each(|end| end.give_up());
                open.client.shut(Shutdown::Both);
                open.key.clone()
            })
            .collect()
        };
        for key in keys {
            if let Protocol::Mysql(_) = self.protocol {
                let number = key.first_chunk().map(|it| u32::from_be_bytes(*it));
                self.end_session(number.unwrap_or_default());
                continue;
            }
            let length = u32::try_from(8 + key.len()).unwrap_or(u32::MAX);
            let message = [length.to_be_bytes().as_slice(), &CANCEL.to_be_bytes(), &key].concat();
            // A server that is gone does nothing for them any more.
            if let Ok(mut stream) = upstream.connect() {
                let _ = stream.write_all(&message);
            }
        }
    }
}
