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
        let owner = named.or_else(|| self.turns.who_is_at_work());
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
            owner.last = by_name.or_else(|| self.turns.who_is_at_work());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::interceptor::Rules;
    use crate::wire::{End, Sql};

    const CONNECTION: ConnectionId = 1;

    /// Two sessions, of which the second has its turn.
    fn two_sessions() -> Attribution {
        let turns = Arc::new(Turns::default());
        let interceptors = (0..2).map(|session| {
            let turns = Arc::clone(&turns);
            Arc::new(Interceptor::taking_turns(Rules::default(), turns, session))
        });
        let interceptors: Vec<Arc<Interceptor>> = interceptors.collect();
        interceptors.iter().for_each(|it| it.pass_through());
        let nobody = Arc::new(Interceptor::new(Rules::default()));
        nobody.idle();
        turns.take(1);
        let attribution = Attribution::new(interceptors, nobody, turns);
        attribution.connected(CONNECTION, 7, &[]);
        attribution
    }

    fn owner_of(attribution: &Attribution, text: &str, values: &[&str]) -> Option<usize> {
        let batch = Batch {
            prepared: Vec::new(),
            executed: vec![Sql {
                text: text.to_owned(),
                values: values.iter().map(ToString::to_string).collect(),
            }],
            end: End::Query,
        };
        assert!(attribution.arrives(CONNECTION, &batch));
        attribution.answered(CONNECTION, &Answer::default());
        attribution.owner(CONNECTION).last
    }

    #[test]
    fn a_statement_is_whoevers_turn_it_is_unless_it_says_whose_it_is() {
        let attribution = two_sessions();
        assert_eq!(owner_of(&attribution, "SELECT 2", &[]), Some(1));
        let named = format!("SELECT 1 /*traceparent='00-{}-1-01'*/", trace_of(1));
        assert_eq!(owner_of(&attribution, &named, &[]), Some(0));
        assert_eq!(owner_of(&attribution, "SELECT 2", &[]), Some(1));
    }

    #[test]
    fn a_connection_that_has_a_name_is_whose_name_it_is() {
        let attribution = two_sessions();
        let naming = "SELECT set_config('application_name', $1, false)";
        let first = trace_of(1);
        assert_eq!(owner_of(&attribution, naming, &[&first]), Some(0));
        assert_eq!(owner_of(&attribution, "SELECT 1", &[]), Some(0));
        assert_eq!(owner_of(&attribution, naming, &["shop"]), Some(1));
        assert_eq!(owner_of(&attribution, "SELECT 2", &[]), Some(1));
    }

    #[test]
    fn what_comes_while_nobody_is_at_work_is_noted() {
        let attribution = two_sessions();
        attribution.turns.give_back(1);
        assert_eq!(owner_of(&attribution, "SELECT 1", &[]), None);
        assert!(!attribution.nobody.seen().went_on);
        assert_eq!(owner_of(&attribution, "DELETE FROM stock", &[]), None);
        assert!(attribution.nobody.seen().went_on);
    }
}
