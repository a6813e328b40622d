//! Whose statement is it, where one application serves all sessions?
//!
//! A connection stays with its session as long as that has a transaction on it. Otherwise a batch
//! belongs to whoever is named in it, or else to whoever's turn it is. A statement that matters and
//! belongs to nobody is let through, noted, and no verdict given.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::interceptor::Interceptor;
use super::trace::trace_of;
use super::turns::Turns;
use crate::wire::{Answer, Batch, ConnectionId, Watcher};

/// Tells whose statements are whose.
pub(super) struct Attribution {
    sessions: Vec<Arc<Interceptor>>,
    /// Takes what belongs to no session.
    nobody: Arc<Interceptor>,
    turns: Arc<Turns>,
    owners: Mutex<BTreeMap<ConnectionId, Owner>>,
}

/// Whose a connection is; `None`: nobody's.
#[derive(Clone, Copy, Debug, Default)]
struct Owner {
    /// The session that has used it last.
    last: Option<usize>,
    /// The session that its `application_name` names.
    named: Option<usize>,
}

impl Attribution {
    pub(super) fn new(
        sessions: Vec<Arc<Interceptor>>,
        nobody: Arc<Interceptor>,
        turns: Arc<Turns>,
    ) -> Self {
        Self {
            sessions,
            nobody,
            turns,
            owners: Mutex::default(),
        }
    }

    fn owners(&self) -> MutexGuard<'_, BTreeMap<ConnectionId, Owner>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn owner(&self, id: ConnectionId) -> Owner {
        self.owners().get(&id).copied().unwrap_or_default()
    }

    fn interceptor(&self, owner: Option<usize>) -> &Arc<Interceptor> {
        owner.map_or(&self.nobody, |session| &self.sessions[session])
    }

    /// Who is named in one of `texts`.
    fn named<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Option<usize> {
        texts.into_iter().find_map(|text| {
            let mut sessions = 0..self.sessions.len();
            sessions.find(|session| text.contains(&trace_of(session + 1)))
        })
    }

    /// The interceptor of whoever is named in one of `texts`, or else has its turn.
    pub(super) fn interceptor_of(&self, texts: &[String]) -> Arc<Interceptor> {
        let named = self.named(texts.iter().map(String::as_str));
        let owner = named.or_else(|| self.turns.holder());
        Arc::clone(self.interceptor(owner))
    }
}

impl Watcher for Attribution {
    fn connected(&self, id: ConnectionId, process: i32, settings: &[(String, String)]) {
        self.owners().insert(id, Owner::default());
        self.nobody.connected(id, process, settings);
    }

    fn arrives(&self, id: ConnectionId, batch: &Batch) -> bool {
        let before = self.owner(id);
        let named = self.named(texts(batch));
        let mut owner = before;
        if texts(batch).any(|text| text.contains("application_name")) {
            owner.named = named;
        }
        if !self.interceptor(before.last).needs(id) {
            let by_name = named.or(owner.named);
            owner.last = by_name.or_else(|| self.turns.holder());
        }
        self.owners().insert(id, owner);
        if owner.last != before.last
            && let Some(connection) = self.interceptor(before.last).give(id)
        {
            self.interceptor(owner.last).receive(id, connection);
        }
        self.interceptor(owner.last).arrives(id, batch)
    }

    fn answered(&self, id: ConnectionId, answer: &Answer) {
        self.interceptor(self.owner(id).last).answered(id, answer);
    }

    fn closed(&self, id: ConnectionId) {
        let owner = self.owners().remove(&id).unwrap_or_default();
        self.interceptor(owner.last).closed(id);
    }

    fn wants_encryption(&self) {
        for session in &self.sessions {
            session.wants_encryption();
        }
    }
}

/// All that a batch says.
fn texts(batch: &Batch) -> impl Iterator<Item = &str> {
    let executed = batch.executed.iter().flat_map(|sql| {
        let values = sql.values.iter().map(String::as_str);
        values.chain([sql.text.as_str()])
    });
    executed.chain(batch.prepared.iter().map(String::as_str))
}
