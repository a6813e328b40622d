//! A connection of a program, as far as it decides which of its batches are steps.

#[cfg(test)]
mod tests;

use super::dialect::Dialect;
use super::statement_kind::StatementKind;
use crate::explore::Statement;
use crate::wire::{Answer, Batch, End, Status};

/// A connection of a program.
#[derive(Clone, Debug)]
pub(super) struct ConnectionState {
    dialect: Dialect,
    /// The server's number for it.
    pub(super) process: i32,
    status: Status,
    /// Whether its transactions see one state of the database throughout, unless they say
    /// otherwise; and so at the beginning.
    keeps_snapshot: bool,
    began_keeping: bool,
    /// The same for the present transaction, where that has been said.
    transaction_keeps: Option<bool>,
    /// Whether the present transaction has done anything.
    has_step: bool,
    /// Whether it may hold an advisory lock that outlasts the transaction.
    may_hold_lock: bool,
    /// Whether an implicit transaction is open that a Sync will commit.
    sync_commits: bool,
    /// Whether the last batch has begun a transaction.
    began: bool,
    /// Whether any statement begins one where there is none.
    any_begins: bool,
}

/// What is to be done with a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BatchKind {
    /// It matters to nobody else, and passes at once.
    Passes,
    /// It is a step.
    Step(Statement),
    /// It prepares these, which takes the snapshot and locks: the step begins with it, and goes
    /// on with whatever runs one of them.
    Prepares(Statement, Vec<String>),
}

impl ConnectionState {
    /// A new connection. `keeps_snapshot`: whether its transactions see one state of the database
    /// throughout, unless the `settings` that it began with say otherwise.
    pub(super) fn new(
        process: i32,
        keeps_snapshot: bool,
        dialect: Dialect,
        settings: &[(String, String)],
    ) -> Self {
        let keeps = settings
            .iter()
            .map(|(name, value)| format!("{name} {value}").to_lowercase())
            .find(|text| text.contains("isolation"))
            .map_or(keeps_snapshot, |text| !text.contains("committed"));
        Self {
            dialect,
            process,
            status: Status::Idle,
            keeps_snapshot: keeps,
            began_keeping: keeps,
            transaction_keeps: None,
            has_step: false,
            may_hold_lock: false,
            sync_commits: false,
            began: false,
            any_begins: false,
        }
    }

    /// Whether it is in a transaction that others can notice.
    pub(super) fn is_in_transaction(&self) -> bool {
        self.status != Status::Idle || self.sync_commits
    }

    /// Whether its next statement is a part of a transaction.
    pub(super) fn runs_in_transaction(&self) -> bool {
        self.is_in_transaction() || self.any_begins
    }

    /// Whether it may hold a lock that outlasts a transaction.
    pub(super) fn may_hold_lock(&self) -> bool {
        self.may_hold_lock
    }

    /// Whether it is in a transaction, or may hold a lock that outlasts one.
    pub(super) fn holds_anything(&self) -> bool {
        self.is_in_transaction() || self.may_hold_lock
    }

    /// What is to be done with `batch`. Where `every` one is a step, all that runs anything is.
    pub(super) fn classify(&mut self, batch: &Batch, every: bool) -> BatchKind {
        if batch.is_bare() {
            let commits = self.sync_commits && batch.end == End::Sync;
            self.sync_commits &= !commits;
            return match commits {
                true => BatchKind::Step(statement("COMMIT", &[])),
                false => BatchKind::Passes,
            };
        }
        if batch.executed.is_empty() {
            return self.classify_prepared(batch);
        }
        let mut is_step = every;
        for sql in &batch.executed {
            for words in self.dialect.statements(&sql.text) {
                is_step |= self.is_step(&words);
            }
        }
        let idle = self.status == Status::Idle;
        self.sync_commits = batch.end == End::Flush && idle && !self.began;
        if !is_step {
            return BatchKind::Passes;
        }
        self.has_step = true;
        let texts: Vec<&str> = batch.executed.iter().map(|sql| sql.text.trim()).collect();
        let mut with_values = batch.executed.iter().filter(|sql| !sql.values.is_empty());
        // Each counts its parameters from 1.
        let values = match (with_values.next(), with_values.next()) {
            (Some(one), None) => one.values.clone(),
            _ => Vec::new(),
        };
        BatchKind::Step(statement(&texts.join("; "), &values))
    }

    fn classify_prepared(&mut self, batch: &Batch) -> BatchKind {
        let kinds = batch.prepared.iter();
        let kinds = kinds.flat_map(|text| self.dialect.statements(text));
        let matters = kinds.map(|words| self.dialect.kind(&words)).any(|kind| {
            kind == StatementKind::Step || kind == StatementKind::Look && self.takes_snapshot()
        });
        let stays = self.is_in_transaction() || batch.end == End::Flush;
        match batch.prepared.last() {
            Some(last) if matters && stays => {
                self.has_step = true;
                BatchKind::Prepares(statement(last.trim(), &[]), batch.prepared.clone())
            }
            _ => BatchKind::Passes,
        }
    }

    /// Whether a look at catalogs decides what state of the database the transaction sees.
    fn takes_snapshot(&self) -> bool {
        let keeps = self.transaction_keeps.unwrap_or(self.keeps_snapshot);
        let in_transaction = self.is_in_transaction() || self.began;
        keeps && in_transaction && !self.has_step
    }

    /// Whether a statement can matter to others; takes note of it.
    fn is_step(&mut self, words: &[String]) -> bool {
        self.note_level(words);
        match self.dialect.kind(words) {
            StatementKind::Private => false,
            StatementKind::Begin => {
                self.began = true;
                self.dialect.begin_commits() && self.has_step
            }
            StatementKind::Look => self.takes_snapshot(),
            StatementKind::End => self.has_step,
            StatementKind::Reset => std::mem::take(&mut self.may_hold_lock) || self.has_step,
            StatementKind::Unlock => std::mem::take(&mut self.may_hold_lock),
            StatementKind::Step => {
                self.may_hold_lock |= self.dialect.may_take_lock(words);
                true
            }
        }
    }

    fn note_level(&mut self, words: &[String]) {
        let first = words.first().map_or("", String::as_str);
        if first == "discard" || first == "reset" {
            self.keeps_snapshot = self.began_keeping;
        }
        // Either may be in a string.
        if !words.iter().any(|word| word.contains("isolation")) {
            return;
        }
        let keeps = !words.iter().any(|word| word.contains("committed"));
        let lasting = words
            .iter()
            .any(|word| word == "session" || word.starts_with("default_"));
        match first {
            "begin" | "start" => self.transaction_keeps = Some(keeps),
            "set" if !lasting => self.transaction_keeps = Some(keeps),
            "set" | "select" => self.keeps_snapshot = keeps,
            _ => {}
        }
    }

    /// Takes note of what the server has answered.
    pub(super) fn answered(&mut self, answer: &Answer) {
        if answer.error.is_some() {
            self.sync_commits = false;
        }
        self.any_begins = answer.any_begins.unwrap_or(self.any_begins);
        let Some(status) = answer.status else {
            return;
        };
        self.status = status;
        self.began = false;
        if status == Status::Idle {
            self.has_step = false;
            self.transaction_keeps = None;
            self.sync_commits = false;
        }
    }
}

fn statement(sql: &str, values: &[String]) -> Statement {
    Statement {
        sql: sql.trim_end_matches(';').to_owned(),
        binds: values.to_vec(),
    }
}
