//! What a developer could change, by what the sessions of the witness send.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{Expr, visit_expressions};

use super::code::{Code, Sent};
use super::read_values::{guards, quoted};
use super::result::{CureName, Rewritten};
use super::rewrite::{Differences, Reader, Rewrite};
use super::shape::Shape;
use super::table::Table;
use super::trial::{Lock, Trial};
use crate::db::IsolationLevel;
use crate::db::disposable::Catalog;
use crate::explore::Statement;
use crate::race::anomaly::expression::columns;
use crate::race::anomaly::reader::parse;
use crate::race::anomaly::touch::{Assigned, How};

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
            let of_instants = [CureName::ForUpdate];
            let alone = lasting.iter().filter(|it| of_instants.contains(&it.name));
            trials.extend(alone.cloned());
            lasting.push(Trial::new(CureName::Transaction));
            let inside = |trial: Trial| self.in_transaction(trial);
            lasting = lasting.into_iter().map(inside).collect();
            lasting.retain(|_| self.may_begin);
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
            let lock = Rewrite::Lock(clause);
            let looks = self.looks().into_iter();
            let lockable = looks.filter(|it| lock.of(&it.sql, Reader::Server).is_some());
            let sent: Vec<_> = lockable.map(|it| (it, lock.clone())).collect();
            self.rewriting(name, &sent)
        });
        trials.collect()
    }

    fn locks_inside(&self) -> Vec<Trial> {
        let both = [(CureName::SkipLocked, true), (CureName::ForUpdate, false)];
        let trials = both.into_iter().filter_map(|(name, skips)| {
            let lock = Rewrite::LockInside { skips };
            let writes = |sent: &Sent| sent.touches.iter().any(|touch| touch.writes());
            let all = self.code.different(writes).into_iter();
            let lockable = all.filter(|it| lock.of(&it.sql, Reader::Server).is_some());
            let sent: Vec<_> = lockable.map(|it| (it, lock.clone())).collect();
            self.rewriting(name, &sent)
        });
        trials.collect()
    }

    /// UPDATEs of a table whose rows the session has read before: each with how it has read them.
    fn updates(&self) -> Vec<(&Sent, Table, &Sent)> {
        let updates = self.code.different(|sent| sent.updates().is_some());
        let found = updates.into_iter().filter_map(|update| {
            let name = &update.updates()?.table;
            let table = Table::find(self.catalog, name).filter(|it| !it.key.is_empty())?;
            let before = self.code.0.iter();
            let look = before
                .take_while(|it| it.shape != update.shape)
                .find(|it| {
                    it.session == update.session
                        && it.touches.len() == 1
                        && it.touches[0].table == *name
                        && it.touches[0].read().is_some_and(|read| !read.own)
                })?;
            Some((update, table, look))
        });
        found.collect()
    }

    /// With the SELECTs kept that the UPDATEs rely on, and the guards that see whether they find a row.
    fn guarded(&self, name: CureName, sent: Vec<(&Sent, Table, &Sent, Rewrite)>) -> Option<Trial> {
        let rewrites: Vec<(&Sent, Rewrite)> = sent
            .iter()
            .map(|(update, _, _, rewrite)| (*update, rewrite.clone()))
            .collect();
        let mut trial = self.rewriting(name, &rewrites)?;
        let mut tables: Vec<&Table> = Vec::new();
        for (_, table, look, _) in &sent {
            let kept = (look.shape.clone(), table.clone());
            if !trial.edits.kept.contains(&kept) {
                trial.edits.kept.push(kept);
            }
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
        trial.sql = Some(guards(&tables));
        Some(trial)
    }

    fn as_read(&self) -> Option<Trial> {
        let updates = self.updates().into_iter();
        let sent = updates.filter_map(|(update, table, look)| {
            let How::Update(set) = &update.updates()?.how else {
                return None;
            };
            let shown = &look.touches[0].read()?.shown;
            let columns: Vec<String> = set
                .iter()
                .filter(|(name, how)| **how != Assigned::Relative && shown.contains(name))
                .map(|(name, _)| name.clone())
                .collect();
            let rewrite = Rewrite::AsRead(table.clone(), columns);
            rewrite.of(&update.sql, Reader::Server)?;
            Some((update, table, look, rewrite))
        });
        self.guarded(CureName::CompareAndSet, sent.collect())
    }

    fn by_difference(
        &self,
        name: CureName,
        rewrite: fn(Table, Differences) -> Rewrite,
    ) -> Option<Trial> {
        let updates = self.updates().into_iter();
        let sent = updates.filter_map(|(update, table, look)| {
            let rewrite = rewrite(table.clone(), differences(update, look)?);
            let person = rewrite.of(&update.sql, Reader::Person)?;
            // It may be written so already.
            let is_new = Shape::of(&person) != Shape::of(&update.sql);
            is_new.then_some((update, table, look, rewrite))
        });
        self.guarded(name, sent.collect())
    }

    /// A CHECK that nothing that is taken from is below zero.
    fn check(&self) -> Option<Trial> {
        let mut checks = BTreeSet::new();
        for (update, table, look) in self.updates() {
            for (column, difference) in differences(update, look)? {
                if difference < 0 {
                    checks.insert((table.sql(), table.name.clone(), column));
                }
            }
        }
        let mut trial = Trial::new(CureName::CheckConstraint);
        let mut sql = (String::new(), String::new());
        let mut shown = Vec::new();
        for (place, (table, name, column)) in checks.into_iter().enumerate() {
            let constraint = format!("\"lockbench cure {place}\"");
            let check = format!("CHECK ({} >= 0)", quoted(&column));
            sql.0 += &format!("ALTER TABLE {table} ADD CONSTRAINT {constraint} {check}; ");
            sql.1 += &format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint}; ");
            shown.push(format!("ALTER TABLE {name} ADD CHECK ({column} >= 0)"));
        }
        trial.database = Some(shown.join("; "));
        trial.sql = Some(sql);
        (!shown.is_empty()).then_some(trial)
    }

    /// A unique index over what was looked for before a row was inserted, or made one higher.
    fn unique(&self) -> Vec<Trial> {
        let mut trials = Vec::new();
        for insert in self.code.different(|sent| sent.inserts().is_some()) {
            let Some(touch) = insert.inserts() else {
                continue;
            };
            let Some(table) = Table::find(self.catalog, &touch.table) else {
                continue;
            };
            let Some(unique) = self.looked_for(insert, &table) else {
                continue;
            };
            let index = |name: &str, columns: &[String]| {
                format!("CREATE UNIQUE INDEX ON {name} ({})", columns.join(", "))
            };
            let columns: Vec<String> = unique.iter().map(|it| quoted(it)).collect();
            let make = format!(
                "CREATE UNIQUE INDEX \"lockbench cure\" ON {} ({})",
                table.sql(),
                columns.join(", ")
            );
            let undo = format!(
                "DROP INDEX IF EXISTS {}.\"lockbench cure\"",
                quoted(&table.schema)
            );
            let mut alone = Trial::new(CureName::UniqueIndex);
            let quiet = self.rewriting(CureName::OnConflict, &[(insert, Rewrite::OnConflict)]);
            for trial in
                std::iter::once(&mut alone).chain(&mut quiet.into_iter().collect::<Vec<_>>())
            {
                trial.database = Some(index(&table.name, &unique));
                trial.sql = Some((make.clone(), undo.clone()));
                trial.locked_for = None;
                trials.push(trial.clone());
            }
        }
        trials
    }

    /// The columns of a table by which a row was looked for before it was inserted.
    fn looked_for(&self, insert: &Sent, table: &Table) -> Option<Vec<String>> {
        let name = table.name.to_lowercase();
        let own = |sent: &&Sent| sent.session == insert.session;
        let before = self.code.0.iter().filter(own);
        let mut before: Vec<&Sent> = before.take_while(|it| it.shape != insert.shape).collect();
        before.push(insert);
        for sent in before {
            if let Some(column) = highest(&sent.sql).and_then(|it| table.column(&it)) {
                return Some(vec![column.clone()]);
            }
            for touch in sent.touches.iter().filter(|it| it.table == name) {
                let is_look = touch.read().is_some_and(|read| !read.own);
                let columns: Option<Vec<String>> = (touch.rows.equal.keys())
                    .map(|it| table.column(it).cloned())
                    .collect();
                if let Some(columns) = columns.filter(|it| is_look && !it.is_empty()) {
                    return Some(columns);
                }
            }
        }
        None
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

/// By how much an UPDATE changes columns that were read before, where that is known, and not nothing.
fn differences(update: &Sent, look: &Sent) -> Option<Differences> {
    let How::Update(set) = &update.updates()?.how else {
        return None;
    };
    let mut found = Differences::new();
    for (column, how) in set {
        let read = look.answer.iter().find(|(name, _)| name == column);
        let read = read.and_then(|(_, value)| value.parse::<i64>().ok());
        let difference = match how {
            Assigned::Value(value) => value
                .parse::<i64>()
                .ok()
                .zip(read)
                .map(|(new, old)| new - old),
            Assigned::Relative => update.sql.contains(" - ").then_some(-1),
            Assigned::Unknown => None,
        };
        if let Some(difference) = difference.filter(|it| *it != 0) {
            found.insert(column.clone(), difference);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The column whose highest value a statement asks for.
fn highest(sql: &str) -> Option<String> {
    let statements = parse(sql)?;
    let found = visit_expressions(&statements, |part| match part {
        Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("max") => {
            ControlFlow::Break(columns(&function.args))
        }
        _ => ControlFlow::Continue(()),
    });
    match found {
        ControlFlow::Break(columns) => columns.into_iter().next(),
        ControlFlow::Continue(()) => None,
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
