//! Holds what a session sends against the premises, before anybody else is told of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::premises::Premises;
use crate::wire::{Answer, Batch, ConnectionId, End, Status, Watcher};

/// Stands in front of another watcher.
pub(super) struct PremiseWatcher {
    pub(super) watcher: Arc<dyn Watcher>,
    pub(super) premises: Arc<Premises>,
    pub(super) connections: Mutex<BTreeMap<ConnectionId, Connection>>,
}

/// A connection of the session.
#[derive(Debug, Default)]
pub(super) struct Connection {
    /// Whether it is in a transaction, or at a statement.
    is_busy: bool,
    /// Whether it has prepared a statement that the next one is to be taken for.
    has_prepared: bool,
}

impl PremiseWatcher {
    fn connections(&self) -> MutexGuard<'_, BTreeMap<ConnectionId, Connection>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, id: ConnectionId, batch: &Batch) {
        for sql in &batch.executed {
            self.premises.hear(&sql.text);
            for value in &sql.values {
                self.premises.hear_level(value);
            }
        }
        for text in &batch.prepared {
            self.premises.hear(text);
        }
        if batch.is_bare() {
            return;
        }
        let mut connections = self.connections();
        // What one connection of a session commits, another's transaction knows nothing of.
        let mut others = connections.iter().filter(|(other, _)| **other != id);
        let at_once = others.any(|(_, other)| other.is_busy);
        let own = connections.entry(id).or_default();
        own.is_busy = true;
        // Only the last one that is prepared is shown as what the step will be.
        let only_prepares = batch.executed.is_empty();
        let runs_more = own.has_prepared && batch.executed.len() > 1;
        own.has_prepared = only_prepares || own.has_prepared && batch.end == End::Flush;
        if at_once || runs_more || only_prepares && batch.prepared.len() > 1 {
            self.premises.doubt();
        }
    }
}

impl Watcher for PremiseWatcher {
    fn connected(&self, id: ConnectionId, process: i32, settings: &[(String, String)]) {
        for (name, value) in settings {
            self.premises.hear_level(&format!("{name} {value}"));
            if value.contains("conforming") || name.contains("conforming") {
                self.premises.doubt();
            }
        }
        self.connections().insert(id, Connection::default());
        self.watcher.connected(id, process, settings);
    }

    fn arrives(&self, id: ConnectionId, batch: &Batch) -> bool {
        self.hear(id, batch);
        self.watcher.arrives(id, batch)
    }

    fn answered(&self, id: ConnectionId, answer: &Answer) {
        if let Some(status) = answer.status
            && let Some(connection) = self.connections().get_mut(&id)
        {
            connection.is_busy = status != Status::Idle;
        }
        self.watcher.answered(id, answer);
    }

    fn closed(&self, id: ConnectionId) {
        self.connections().remove(&id);
        self.watcher.closed(id);
    }

    fn wants_encryption(&self) {
        self.watcher.wants_encryption();
    }
}
