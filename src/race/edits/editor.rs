//! Edits what a session sends, on its way to the server.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Edits;
use crate::wire::{Answer, Batch, ConnectionId, Editing, Insertion, Status, Watcher};

/// Stands in front of another watcher.
pub(in crate::race) struct Editor {
    watcher: Arc<dyn Watcher>,
    edits: Arc<Edits>,
    /// The connections that are in a transaction, or about to begin one.
    transactions: Mutex<BTreeMap<ConnectionId, Transaction>>,
}

/// A transaction.
#[derive(Debug, Default)]
struct Transaction {
    /// Whether the program knows nothing of it.
    is_ours: bool,
    /// The locks that it has taken for us.
    locks: BTreeSet<String>,
}

impl Editor {
    pub(in crate::race) fn new(watcher: Arc<dyn Watcher>, edits: Arc<Edits>) -> Self {
        Self {
            watcher,
            edits,
            transactions: Mutex::default(),
        }
    }

    fn transactions(&self) -> MutexGuard<'_, BTreeMap<ConnectionId, Transaction>> {
        self.transactions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Editing for Editor {
    fn edits(&self, text: &str) -> Option<String> {
        self.edits.edited(text)
    }

    fn goes_before(&self, id: ConnectionId, batch: &Batch) -> Vec<Insertion> {
        let mut found = Vec::new();
        let mut transactions = self.transactions();
        let is_idle = !transactions.contains_key(&id);
        let begins = |sql| self.edits.begins_before(sql);
        if is_idle && self.edits.begins() && batch.executed.iter().any(begins) {
            transactions.entry(id).or_default().is_ours = true;
            found.push(Insertion {
                sql: "BEGIN".to_owned(),
                arrives: true,
            });
        }
        for sql in &batch.executed {
            if let Some(lock) = self.edits.lock_before(sql)
                && transactions
                    .entry(id)
                    .or_default()
                    .locks
                    .insert(lock.clone())
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

    fn owes_end(&self, id: ConnectionId) -> bool {
        let transactions = self.transactions();
        transactions.get(&id).is_some_and(|it| it.is_ours)
    }
}

impl Watcher for Editor {
    fn editing(&self) -> Option<&dyn Editing> {
        Some(self)
    }

    fn connected(&self, id: ConnectionId, process: i32, settings: &[(String, String)]) {
        self.watcher.connected(id, process, settings);
    }

    fn arrives(&self, id: ConnectionId, batch: &Batch) -> bool {
        self.watcher.arrives(id, batch)
    }

    fn answered(&self, id: ConnectionId, answer: &Answer) {
        match answer.status {
            Some(Status::Idle) => drop(self.transactions().remove(&id)),
            Some(_) => drop(self.transactions().entry(id).or_default()),
            None => {}
        }
        self.watcher.answered(id, answer);
    }

    fn closed(&self, id: ConnectionId) {
        self.transactions().remove(&id);
        self.watcher.closed(id);
    }

    fn wants_encryption(&self) {
        self.watcher.wants_encryption();
    }
}
