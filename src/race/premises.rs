//! What leaving equivalent schedules out takes for granted of the sessions, held against all that
//! they send.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use diesel::PgConnection;

use super::footprints::Footprints;
use super::lexer::statements;
use crate::db::IsolationLevel;
use crate::db::disposable::{Reach, Session};
use crate::explore::{Footprint, Strictness};

/// What the levels of PostgreSQL come to, the weakest first.
const LEVELS: [Strictness; 3] = [
    Strictness::Statement,
    Strictness::Snapshot,
    Strictness::Serializable,
];

/// What is known of all sessions. What was once seen stays so: it is seen before anything is left
/// out for it.
#[derive(Debug)]
pub(super) struct Premises {
    footprints: Footprints,
    /// A place in [`LEVELS`].
    strongest: AtomicU8,
    /// Whether the text of a statement does not tell what it touches.
    is_in_doubt: AtomicBool,
    heard: Mutex<BTreeSet<String>>,
    known: Mutex<BTreeMap<String, Footprint>>,
}

impl Premises {
    /// Asks the database, before any session has sent anything.
    ///
    /// # Errors
    /// Whatever it answers.
    pub(super) fn ask(connection: &mut PgConnection, session: &Session) -> Result<Self> {
        let reach = Reach::ask(connection)?;
        let weakest = match session.level {
            IsolationLevel::ReadUncommitted | IsolationLevel::ReadCommitted => 0,
            IsolationLevel::RepeatableRead => 1,
            IsolationLevel::Serializable => 2,
        };
        Ok(Self {
            footprints: Footprints::new(&reach),
            strongest: AtomicU8::new(weakest),
            is_in_doubt: AtomicBool::new(false),
            heard: Mutex::default(),
            known: Mutex::default(),
        })
    }

    /// What a step touches.
    pub(super) fn footprint(&self, sql: &str) -> Footprint {
        if self.is_in_doubt.load(SeqCst) {
            return Footprint::Everything;
        }
        let mut known = lock(&self.known);
        if let Some(footprint) = known.get(sql) {
            return footprint.clone();
        }
        let footprint = self.footprints.of(sql);
        known.insert(sql.to_owned(), footprint.clone());
        footprint
    }

    /// How strict the database is with their transactions, at the most.
    pub(super) fn strictness(&self) -> Strictness {
        LEVELS[usize::from(self.strongest.load(SeqCst))]
    }

    /// Takes note that the text of a statement does not tell what it touches, in any session.
    pub(super) fn doubt(&self) {
        self.is_in_doubt.store(true, SeqCst);
    }

    /// Takes note of a statement, which may be prepared only.
    pub(super) fn hear(&self, sql: &str) {
        if !lock(&self.heard).insert(sql.to_owned()) {
            return;
        }
        // A statement that nobody has seen prepared.
        if sql.is_empty() || self.footprints.changes_names(sql) {
            self.doubt();
        }
        let shows = |words: &Vec<String>| words[0] == "show";
        if !statements(sql).iter().all(shows) {
            self.hear_level(sql);
        }
    }

    /// Takes note of an isolation level, if a text or a value has one in it. One that is not
    /// understood may be any.
    pub(super) fn hear_level(&self, text: &str) {
        let text = text.to_lowercase();
        let has = |word: &str| text.contains(word);
        let level = if has("serializable") {
            2
        } else if has("repeatable") {
            1
        } else if has("isolation") && !has("committed") {
            2
        } else {
            0
        };
        self.strongest.fetch_max(level, SeqCst);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn premises(level: usize) -> Premises {
        let reach = Reach {
            settings_are_usual: true,
            ..Reach::default()
        };
        Premises {
            footprints: Footprints::new(&reach),
            strongest: AtomicU8::new(u8::try_from(level).unwrap()),
            is_in_doubt: AtomicBool::new(false),
            heard: Mutex::default(),
            known: Mutex::default(),
        }
    }

    #[test]
    fn the_strongest_level_that_any_session_may_use_counts() {
        for (text, strictness) in [
            ("SELECT 1", Strictness::Statement),
            (
                "BEGIN ISOLATION LEVEL READ COMMITTED",
                Strictness::Statement,
            ),
            ("SHOW default_transaction_isolation", Strictness::Statement),
            (
                "BEGIN ISOLATION LEVEL REPEATABLE READ",
                Strictness::Snapshot,
            ),
            (
                "set session characteristics as transaction isolation level serializable",
                Strictness::Serializable,
            ),
            (
                "SELECT set_config('default_transaction_isolation', $1, false)",
                Strictness::Serializable,
            ),
        ] {
            let premises = premises(0);
            premises.hear(text);
            assert_eq!(premises.strictness(), strictness, "{text}");
            premises.hear("BEGIN ISOLATION LEVEL READ COMMITTED");
            assert_eq!(premises.strictness(), strictness, "{text}");
        }
        let premises = premises(2);
        premises.hear("BEGIN ISOLATION LEVEL READ COMMITTED");
        assert_eq!(premises.strictness(), Strictness::Serializable);
    }

    #[test]
    fn once_a_name_may_mean_something_else_any_statement_may_touch_anything() {
        for sql in ["CREATE TABLE other (id int)", "DROP VIEW stock", ""] {
            let premises = premises(0);
            premises.hear("SELECT 1");
            assert_ne!(premises.footprint("SELECT 1"), Footprint::Everything);
            premises.hear(sql);
            assert_eq!(
                premises.footprint("SELECT 1"),
                Footprint::Everything,
                "{sql}"
            );
        }
    }
}
