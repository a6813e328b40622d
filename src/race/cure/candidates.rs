//! What a developer could change, by what the sessions of the witness send.

mod unique;
mod updates;

use std::collections::BTreeSet;

use super::code::{Code, Sent};
use super::trial::Trial;
use crate::db::IsolationLevel;
use crate::db::disposable::Catalog;
use crate::explore::Statement;
use crate::race::anomaly::touch::How;
use crate::race::cure_result::{CureName, Rewritten};
use crate::race::edits::{Differences, Lock, Reader, Rewrite, Shape, Table};

/// Where changes are looked for.
pub(super) struct Candidates<'a> {
    pub(super) code: &'a Code,
    pub(super) catalog: &'a Catalog,
    /// The level of transactions that name none.
    pub(super) level: IsolationLevel,
    /// Whether a transaction can be put around a session: where each has an application of its own.
    pub(super) may_begin: bool,
}

impl Candidates<'_> {
    /// All that can be tried.
    pub(super) fn trials(&self) -> Vec<Trial> {
        let relative = Rewrite::Relative as fn(Table, Differences) -> Rewrite;
        let updates = [
            self.by_difference(CureName::RelativeUpdate, relative),
            self.by_difference(CureName::ConditionalUpdate, Rewrite::Enough),
            self.as_read(),
        ];
        let all = updates.into_iter().flatten();
        let by_themselves = all.chain(self.unique()).chain(self.check());
        let mut trials: Vec<Trial> = by_themselves.collect();
        // A lock, and what a transaction sees, last as long as the transaction.
        let mut lasting: Vec<Trial> = self.locks();
        lasting.extend(self.locks_inside());
        lasting.extend(self.advisory());
        lasting.extend(self.levels());
        if !self.code.has_transaction() {
            let alone = lasting.iter().filter(|it| it.name == CureName::ForUpdate);
            trials.extend(alone.cloned());
            lasting.push(Trial::new(CureName::Transaction));
            let inside = |trial: Trial| self.may_begin.then(|| self.in_transaction(trial));
            lasting = lasting.into_iter().filter_map(inside).collect();
        }
        trials.extend(lasting);
        trials
    }

    /// The same with a transaction around each session.
    fn in_transaction(&self, mut trial: Trial) -> Trial {
        let all = self.code.different(|_| true);
        for sent in &all {
            let rewrites = trial.edits.rewrites.iter();
            let of_sent = rewrites.filter(|(shape, _)| *shape == sent.shape);
            let rewritten = of_sent.filter_map(|(_, it)| it.of(&sent.sql, Reader::Server));
            let shapes: Vec<Shape> = rewritten.filter_map(|sql| Shape::of(&sql)).collect();
            trial.edits.transaction.push(sent.shape.clone());
            trial.edits.transaction.extend(shapes);
        }
        if let (Some(first), Some(last)) = (all.first(), all.last()) {
            trial.rewrite_more(&in_short(&first.sql, first), |it| format!("BEGIN; {it}"));
            trial.rewrite_more(&in_short(&last.sql, last), |it| format!("{it}; COMMIT"));
        }
        trial
    }

    /// One that rewrites these statements, if any can be.
    fn rewriting(&self, name: CureName, sent: &[(&Sent, Rewrite)]) -> Option<Trial> {
        let mut trial = Trial::new(name);
        for (sent, rewrite) in sent {
            rewrite.of(&sent.sql, Reader::Server)?;
            trial.statements.push(Rewritten {
                before: in_short(&sent.sql, sent),
                after: in_short(&rewrite.of(&sent.sql, Reader::Person)?, sent),
            });
            let edits = &mut trial.edits.rewrites;
            edits.push((sent.shape.clone(), rewrite.clone()));
        }
        let locked = sent.iter().map(|(it, _)| self.code.until_commit(&it.shape));
        trial.locked_for = locked.max().flatten();
        (!trial.statements.is_empty()).then_some(trial)
    }

    /// One that rewrites those of the statements that can be rewritten so, if there are any.
    fn rewriting_all_that_can_be(
        &self,
        name: CureName,
        rewrite: &Rewrite,
        among: Vec<&Sent>,
    ) -> Option<Trial> {
        let all = among.into_iter();
        let can_be = all.filter(|it| rewrite.of(&it.sql, Reader::Server).is_some());
        let sent: Vec<_> = can_be.map(|it| (it, rewrite.clone())).collect();
        self.rewriting(name, &sent)
    }

    /// Statements that read rows of a table that any session writes, and lock none.
    fn looks(&self) -> Vec<&Sent> {
        let is_written = |table: &str| self.code.any(table, |how| !matches!(how, How::Read(_)));
        self.code
            .different(|sent| sent.looks_at().is_some_and(|it| is_written(&it.table)))
    }

    fn locks(&self) -> Vec<Trial> {
        let clauses = [
            (CureName::ForNoKeyUpdate, "FOR NO KEY UPDATE"),
            (CureName::ForUpdate, "FOR UPDATE"),
            (CureName::ForShare, "FOR SHARE"),
        ];
        let trials = clauses.into_iter().filter_map(|(name, clause)| {
            self.rewriting_all_that_can_be(name, &Rewrite::Lock(clause), self.looks())
        });
        trials.collect()
    }

    fn locks_inside(&self) -> Vec<Trial> {
        let both = [(CureName::SkipLocked, true), (CureName::ForUpdate, false)];
        let trials = both.into_iter().filter_map(|(name, skips)| {
            let writes = |sent: &Sent| sent.touches.iter().any(|touch| touch.writes());
            let lock = Rewrite::LockInside { skips };
            self.rewriting_all_that_can_be(name, &lock, self.code.different(writes))
        });
        trials.collect()
    }

    /// A lock that whoever reads or writes the tables takes first, of the row where all say which.
    fn advisory(&self) -> Option<Trial> {
        let looks = self.looks();
        let of_looks = looks.iter().map(|it| it.touches[0].table.as_str());
        let mut tables: BTreeSet<&str> = of_looks.collect();
        if tables.is_empty() {
            let touches = self.code.0.iter().flat_map(|it| &it.touches);
            tables.extend(touches.filter(|it| it.writes()).map(|it| it.table.as_str()));
        }
        let touches_any = |sent: &Sent| {
            let mut touches = sent.touches.iter();
            touches.any(|touch| tables.contains(touch.table.as_str()))
        };
        let before = self.code.different(touches_any);
        let table = (*tables.first()?).to_owned();
        let key = Table::find(self.catalog, &table).map(|it| it.key);
        let key: BTreeSet<String> = key.iter().flatten().map(|it| it.to_lowercase()).collect();
        let mut touches = before.iter().flat_map(|it| &it.touches);
        let by_row = tables.len() == 1
            && !key.is_empty()
            && touches.all(|it| {
                it.table != table || key.iter().all(|column| it.rows.equal.contains_key(column))
            });
        let lock = Lock {
            table,
            key: if by_row { key } else { BTreeSet::new() },
            before: before.iter().map(|it| it.shape.clone()).collect(),
        };
        let first = *before.first()?;
        let shown = lock.sql(&first.sql, &first.binds);
        let mut trial = Trial::new(CureName::AdvisoryLock);
        let before = in_short(&first.sql, first);
        trial.statements.push(Rewritten {
            after: format!("{shown}; {before}"),
            before,
        });
        trial.locked_for = self.code.until_commit(&first.shape).map(|it| it + 1);
        trial.edits.lock = Some(lock);
        Some(trial)
    }

    fn levels(&self) -> Vec<Trial> {
        let all = [
            (
                CureName::RepeatableReadWithRetry,
                IsolationLevel::RepeatableRead,
                true,
            ),
            (
                CureName::SerializableWithRetry,
                IsolationLevel::Serializable,
                true,
            ),
            (
                CureName::RepeatableRead,
                IsolationLevel::RepeatableRead,
                false,
            ),
            (CureName::Serializable, IsolationLevel::Serializable, false),
        ];
        let others = all.into_iter().filter(|(_, level, _)| *level != self.level);
        others
            .map(|(name, level, retries)| {
                let mut trial = Trial::new(name);
                trial.isolation = Some(level);
                trial.edits.level = Some(level);
                trial.retries = retries;
                trial
            })
            .collect()
    }
}

/// A text for people, with the values that were sent.
fn in_short(sql: &str, sent: &Sent) -> String {
    let statement = Statement {
        sql: sql.to_owned(),
        binds: sent.binds.clone(),
    };
    statement.in_short()
}
