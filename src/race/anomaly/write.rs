//! What an INSERT, an UPDATE or a DELETE writes, and what it reads for that.

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::ast::{
    Assignment, AssignmentTarget, Delete, Expr, FromTable, Insert, OnConflictAction, OnInsert,
    SetExpr, TableObject, TableWithJoins, Update, UpdateTableFromKind,
};

use super::condition::rows;
use super::expression::{columns, value};
use super::query::{Named, asked, bare, read_inside, read_query, tables};
use super::touch::{Assigned, ColumnsOf, How, Read, Rows, Touch};

/// Adds what an INSERT touches; `None`: its text does not tell.
pub(super) fn read_insert(
    insert: &Insert,
    binds: &[String],
    known: ColumnsOf<'_>,
    touches: &mut Vec<Touch>,
) -> Option<()> {
    let TableObject::TableName(name) = &insert.table else {
        return None;
    };
    // It deletes first, by any unique index.
    if insert.replace_into {
        return None;
    }
    read_inside(&insert.returning, binds, known, touches)?;
    read_inside(&insert.on, binds, known, touches)?;
    let table = bare(name)?;
    let names: Vec<String> = match insert.columns.is_empty() {
        true => known(&table),
        false => insert.columns.iter().map(bare).collect::<Option<_>>()?,
    };
    let set = match &insert.on {
        None => insert.ignore.then(BTreeMap::new),
        Some(OnInsert::DuplicateKeyUpdate(assignments)) => {
            read_inside(assignments, binds, known, touches)?;
            Some(assigned(assignments, binds)?)
        }
        Some(OnInsert::OnConflict(conflict)) => match &conflict.action {
            OnConflictAction::DoNothing => Some(BTreeMap::new()),
            OnConflictAction::DoUpdate(update) => Some(assigned(&update.assignments, binds)?),
        },
        Some(_) => return None,
    };
    let mut inserted = Vec::new();
    match insert.source.as_deref() {
        None => {
            read_inside(&insert.assignments, binds, known, touches)?;
            let set = assigned(&insert.assignments, binds)?;
            let values = set.into_iter().filter_map(|(column, how)| match how {
                Assigned::Value(value) => Some((column, value)),
                _ => None,
            });
            inserted.push(Rows {
                equal: values.collect(),
                exact: !insert.assignments.is_empty(),
                ..Rows::default()
            });
        }
        Some(query) => match query.body.as_ref() {
            SetExpr::Values(values) => {
                for row in &values.rows {
                    let row = &row.content;
                    read_inside(row, binds, known, touches)?;
                    inserted.push(row_of(&names, row, binds));
                }
            }
            _ => {
                read_query(query, binds, known, touches)?;
                inserted.push(Rows::default());
            }
        },
    }
    for rows in inserted {
        if let Some(set) = &set {
            // It looks for the row, and changes it where it is there.
            touches.push(own_read(&table, rows.clone(), None));
            if !set.is_empty() {
                touches.push(Touch {
                    table: table.clone(),
                    how: How::Update(set.clone()),
                    rows: Rows {
                        exact: false,
                        ..rows.clone()
                    },
                });
            }
        }
        touches.push(Touch {
            table: table.clone(),
            how: How::Insert,
            rows,
        });
    }
    Some(())
}

fn row_of(names: &[String], values: &[Expr], binds: &[String]) -> Rows {
    let each = names.iter().zip(values);
    let each = each.filter_map(|(name, it)| Some((name.clone(), value(it, binds)?)));
    Rows {
        equal: each.collect(),
        exact: true,
        ..Rows::default()
    }
}

/// Adds what an UPDATE touches; `None`: its text does not tell.
pub(super) fn read_update(
    update: &Update,
    binds: &[String],
    known: ColumnsOf<'_>,
    touches: &mut Vec<Touch>,
) -> Option<()> {
    // Of several tables it is not told whose columns are set.
    if !update.table.joins.is_empty() {
        return None;
    }
    let others = match &update.from {
        None => &[][..],
        Some(UpdateTableFromKind::AfterSet(from)) => from,
        Some(_) => return None,
    };
    read_inside(&update.assignments, binds, known, touches)?;
    read_inside(&update.returning, binds, known, touches)?;
    let set = assigned(&update.assignments, binds)?;
    let mut asked = columns(&update.assignments);
    // What orders them decides which.
    asked.extend(columns(&update.order_by));
    for target in set.keys().filter(|name| set[*name] != Assigned::Relative) {
        asked.remove(target);
    }
    let change = Change {
        table: &update.table,
        others,
        condition: update.selection.as_ref(),
        how: How::Update(set),
        limited: update.limit.is_some(),
        asked,
    };
    change.read(binds, known, touches)
}

/// Adds what a DELETE touches; `None`: its text does not tell.
pub(super) fn read_delete(
    delete: &Delete,
    binds: &[String],
    known: ColumnsOf<'_>,
    touches: &mut Vec<Touch>,
) -> Option<()> {
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
    let [table] = from.as_slice() else {
        return None;
    };
    if !delete.tables.is_empty() || !table.joins.is_empty() {
        return None;
    }
    read_inside(&delete.returning, binds, known, touches)?;
    let change = Change {
        table,
        others: delete.using.as_deref().unwrap_or_default(),
        condition: delete.selection.as_ref(),
        how: How::Delete,
        limited: delete.limit.is_some(),
        asked: columns(&delete.order_by),
    };
    change.read(binds, known, touches)
}

/// A statement that changes rows that are there.
struct Change<'a> {
    table: &'a TableWithJoins,
    others: &'a [TableWithJoins],
    condition: Option<&'a Expr>,
    how: How,
    limited: bool,
    /// Columns that it computes from.
    asked: BTreeSet<String>,
}

impl Change<'_> {
    fn read(
        mut self,
        binds: &[String],
        known: ColumnsOf<'_>,
        touches: &mut Vec<Touch>,
    ) -> Option<()> {
        let mut named: Vec<Named> = Vec::new();
        tables(self.table, binds, known, touches, &mut named)?;
        for from in self.others {
            tables(from, binds, known, touches, &mut named)?;
        }
        self.asked.extend(asked(self.condition));
        read_inside(&self.condition.cloned(), binds, known, touches)?;
        let alone = named.len() == 1;
        let mut named = named.iter();
        let target = named.next()?;
        let of = |table: &Named| {
            let names = [table.table.as_str(), table.alias.as_str()];
            rows(self.condition, &names, alone, binds)
        };
        let rows = Rows {
            limited: self.limited,
            ..of(target)
        };
        for other in named {
            touches.push(Touch {
                how: How::Read(Read {
                    columns: None,
                    locks: false,
                    own: false,
                    shown: Vec::new(),
                }),
                rows: of(other),
                table: other.table.clone(),
            });
        }
        touches.push(own_read(&target.table, rows.clone(), Some(self.asked)));
        touches.push(Touch {
            table: target.table.clone(),
            how: self.how,
            rows,
        });
        Some(())
    }
}

fn own_read(table: &str, rows: Rows, columns: Option<BTreeSet<String>>) -> Touch {
    Touch {
        table: table.to_owned(),
        rows,
        how: How::Read(Read {
            columns,
            locks: true,
            own: true,
            shown: Vec::new(),
        }),
    }
}

/// What is written to which column.
fn assigned(assignments: &[Assignment], binds: &[String]) -> Option<BTreeMap<String, Assigned>> {
    let mut set = BTreeMap::new();
    for assignment in assignments {
        let AssignmentTarget::ColumnName(name) = &assignment.target else {
            return None;
        };
        let is_query = assignment
            .value
            .to_string()
            .to_lowercase()
            .contains("select");
        let how = match value(&assignment.value, binds) {
            Some(value) => Assigned::Value(value),
            None if is_query || !columns(&assignment.value).is_empty() => Assigned::Relative,
            None => Assigned::Unknown,
        };
        set.insert(bare(name)?, how);
    }
    Some(set)
}
