//! UPDATEs that heed what was read before, or what is there now.

use std::collections::BTreeSet;

use super::Candidates;
use crate::db::disposable::quoted;
use crate::race::anomaly::touch::{Assigned, How};
use crate::race::cure::code::Sent;
use crate::race::cure::trial::Trial;
use crate::race::cure_result::CureName;
use crate::race::edits::{Differences, Reader, Rewrite, Shape, Table, guards};

impl Candidates<'_> {
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

    pub(super) fn as_read(&self) -> Option<Trial> {
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

    pub(super) fn by_difference(
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
    pub(super) fn check(&self) -> Option<Trial> {
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
