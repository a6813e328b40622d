use crate::db::IsolationLevel;
use crate::race::cure_result::{CureName, CureOutcome, Rewritten, TriedCure};
use crate::race::edits::Edits;

/// A change that is tried in all schedules.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub(super) name: CureName,
    /// The statements, for people.
    pub(super) statements: Vec<Rewritten>,
    /// What is done to the database, for people.
    pub(super) database: Option<String>,
    pub(super) edits: Edits,
    /// What does it to the database, and what undoes it.
    pub(super) sql: Option<(String, String)>,
    pub(super) isolation: Option<IsolationLevel>,
    /// Whether a session that is refused for another's sake is run again.
    pub(super) retries: bool,
    /// Statements from the first that locks to the COMMIT.
    pub(super) locked_for: Option<usize>,
}

impl Trial {
    pub(super) fn new(name: CureName) -> Self {
        Self {
            name,
            statements: Vec::new(),
            database: None,
            edits: Edits::default(),
            sql: None,
            isolation: None,
            retries: false,
            locked_for: None,
        }
    }

    /// Rewrites one more statement, or once more.
    pub(super) fn rewrite_more(&mut self, before: &str, rewrite: impl Fn(&str) -> String) {
        let mut all = self.statements.iter_mut();
        match all.find(|it| it.before == before) {
            Some(known) => known.after = rewrite(&known.after),
            None => self.statements.push(Rewritten {
                before: before.to_owned(),
                after: rewrite(before),
            }),
        }
    }

    /// What came of it.
    pub(super) fn tried(&self, outcome: CureOutcome) -> TriedCure {
        TriedCure {
            name: self.name,
            statements: self.statements.clone(),
            database: self.database.clone(),
            in_transaction: self.edits.begins(),
            more_round_trips: self.name.more_round_trips() + 2 * u64::from(self.edits.begins()),
            locked_for: self.locked_for,
            needs_retry: self.name.needs_retry(),
            outcome,
        }
    }
}
