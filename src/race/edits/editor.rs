//! Edits what a session sends, on its way to the server.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Edits;
use crate::wire::{Answer, Batch, ConnectionId, Insertion, Status, Watcher};

/// Stands in front of another watcher.
pub(in crate::race) struct Editor {
    watcher: Arc<dyn Watcher>,
    edits: Arc<Edits>,
    /// The locks that the transactions of the connections have taken.
    locked: Mutex<BTreeSet<(ConnectionId, String)>>,
    /// The connections that are in a transaction.
    busy: Mutex<BTreeSet<ConnectionId>>,
    /// Those whose transaction the program knows nothing of.
    begun: Mutex<BTreeSet<ConnectionId>>,
}

impl Editor {
    pub(in crate::race) fn new(watcher: Arc<dyn Watcher>, edits: Arc<Edits>) -> Self {
        Self {
            watcher,
            edits,
            locked: Mutex::default(),
            busy: Mutex::default(),
            begun: Mutex::default(),
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeSet<(ConnectionId, String)>> {
        locked(&self.locked)
    }

    fn busy(&self) -> MutexGuard<'_, BTreeSet<ConnectionId>> {
        locked(&self.busy)
    }

    fn begun(&self) -> MutexGuard<'_, BTreeSet<ConnectionId>> {
        locked(&self.begun)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watcher for Editor {
    fn edits(&self, text: &str) -> Option<String> {
        self.edits.edited(text)
    }

    fn goes_before(&self, id: ConnectionId, batch: &Batch) -> Vec<Insertion> {
        let mut found = Vec::new();
        let begins = || {
            let mut all = batch.executed.iter();
            all.any(|sql| self.edits.begins_before(sql))
        };
        if self.edits.begins() && !self.busy().contains(&id) && begins() {
            self.begun().insert(id);
            found.push(Insertion {
                sql: "BEGIN".to_owned(),
                arrives: true,
            });
        }
        for sql in &batch.executed {
            if let Some(lock) = self.edits.lock_before(sql)
                && self.locked().insert((id, lock.clone()))
            {
                found.push(Insertion {
                    sql: lock,
                    arrives: true,
                });
            }
            found.extend(self.edits.keeping(sql).map(|sql| Insertion {
                sql,
                arrives: false,
            }));
        }
        found
    }

    fn connected(&self, id: ConnectionId, process: i32, settings: &[(String, String)]) {
        self.watcher.connected(id, process, settings);
    }

    fn arrives(&self, id: ConnectionId, batch: &Batch) -> bool {
        self.watcher.arrives(id, batch)
    }

    fn answered(&self, id: ConnectionId, answer: &Answer) {
        if let Some(status) = answer.status {
            match status {
                Status::Idle => self.busy().remove(&id),
                _ => self.busy().insert(id),
            };
        }
        if answer.status == Some(Status::Idle) {
            self.begun().remove(&id);
            self.locked().retain(|(other, _)| *other != id);
        }
        self.watcher.answered(id, answer);
    }

    fn owes_end(&self, id: ConnectionId) -> bool {
        self.begun().contains(&id)
    }

    fn closed(&self, id: ConnectionId) {
        self.begun().remove(&id);
        self.busy().remove(&id);
        self.locked().retain(|(other, _)| *other != id);
        self.watcher.closed(id);
    }

    fn wants_encryption(&self) {
        self.watcher.wants_encryption();
    }
}
