//! What a query reads.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, NonBlock, ObjectName, Query, Select, SelectItem, SetExpr, TableFactor, TableWithJoins,
    Visit, Visitor,
};

use super::condition::rows;
use super::expression::{column, columns, lower};
use super::touch::{ColumnsOf, How, Read, Touch};

/// A table of a FROM: its name, and what it is called in the statement.
pub(super) struct Named {
    pub(super) table: String,
    pub(super) alias: String,
}

/// Adds what a query touches; `None`: its text does not tell.
pub(super) fn read_query(
    query: &Query,
    binds: &[String],
    known: ColumnsOf<'_>,
    touches: &mut Vec<Touch>,
) -> Option<()> {
    let before = touches.len();
    let mut own = BTreeSet::new();
    for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
        read_query(&cte.query, binds, known, touches)?;
        own.insert(lower(&cte.alias.name));
    }
    let limited = query.limit_clause.is_some()
        || query.fetch.is_some()
        || query
            .locks
            .iter()
            .any(|lock| lock.nonblock == Some(NonBlock::SkipLocked));
    let around = Around {
        locks: !query.locks.is_empty(),
        limited,
        ordered_by: query.order_by.as_ref().map(columns).unwrap_or_default(),
    };
    read_body(&query.body, &around, binds, known, touches)?;
    // What a CTE is called is no table.
    let mut place = 0;
    touches.retain(|touch| {
        place += 1;
        place <= before || !own.contains(&touch.table)
    });
    Some(())
}

/// What stands around a SELECT.
struct Around {
    locks: bool,
    limited: bool,
    ordered_by: BTreeSet<String>,
}

fn read_body(
    body: &SetExpr,
    around: &Around,
    binds: &[String],
    known: ColumnsOf<'_>,
    touches: &mut Vec<Touch>,
) -> Option<()> {
    match body {
        SetExpr::Select(select) => read_select(select, around, binds, known, touches),
        SetExpr::Query(query) => read_query(query, binds, known, touches),
        SetExpr::SetOperation { left, right, .. } => {
            read_body(left, around, binds, known, touches)?;
            read_body(right, around, binds, known, touches)
        }
        SetExpr::Values(values) => read_inside(values, binds, known, touches),
        _ => None,
    }
}

fn read_select(
    select: &Select,
    around: &Around,
    binds: &[String],
    known: ColumnsOf<'_>,
    touches: &mut Vec<Touch>,
) -> Option<()> {
    if select.into.is_some() {
        return None;
    }
    let mut named = Vec::new();
    for from in &select.from {
        tables(from, binds, known, touches, &mut named)?;
    }
    read_inside(&select.selection, binds, known, touches)?;
    read_inside(&select.projection, binds, known, touches)?;
    read_inside(&select.having, binds, known, touches)?;
    let is_wild = |item: &SelectItem| {
        matches!(
            item,
            SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)
        )
    };
    let alone = named.len() == 1;
    let mut used = columns(select);
    used.extend(around.ordered_by.iter().cloned());
    // A whole row, where a name of a table stands for a column; and what USING names does not show.
    let is_row = named
        .iter()
        .any(|it| used.contains(&it.alias) || used.contains(&it.table));
    let is_told = alone && !is_row && !select.projection.iter().any(is_wild);
    let used = is_told.then_some(used);
    for table in &named {
        let names = [table.table.as_str(), table.alias.as_str()];
        let mut found = rows(select.selection.as_ref(), &names, alone, binds);
        found.limited = around.limited;
        touches.push(Touch {
            table: table.table.clone(),
            rows: found,
            how: How::Read(Read {
                columns: used.clone(),
                locks: around.locks,
                own: false,
                shown: match alone {
                    true => shown(&select.projection, || known(&table.table)),
                    false => Vec::new(),
                },
            }),
        });
    }
    Some(())
}

/// The columns that an answer shows, where it shows nothing else.
fn shown(projection: &[SelectItem], all: impl Fn() -> Vec<String>) -> Vec<String> {
    if let [SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)] = projection {
        return all();
    }
    let names = projection.iter().map(|item| match item {
        SelectItem::UnnamedExpr(it) | SelectItem::ExprWithAlias { expr: it, .. } => {
            column(it).map(|(_, name)| name)
        }
        _ => None,
    });
    names.collect::<Option<Vec<String>>>().unwrap_or_default()
}

/// The tables of a FROM. Adds what queries in it touch.
pub(super) fn tables(
    from: &TableWithJoins,
    binds: &[String],
    known: ColumnsOf<'_>,
    touches: &mut Vec<Touch>,
    named: &mut Vec<Named>,
) -> Option<()> {
    let joined = from.joins.iter().map(|join| &join.relation);
    for factor in std::iter::once(&from.relation).chain(joined) {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                ..
            } => {
                let table = bare(name)?;
                // MariaDB's name of no table at all.
                if table == "dual" && name.0.len() == 1 && known(&table).is_empty() {
                    continue;
                }
                let alias = alias.as_ref().map(|alias| lower(&alias.name));
                named.push(Named {
                    alias: alias.unwrap_or_else(|| table.clone()),
                    table,
                });
            }
            TableFactor::Derived { subquery, .. } => read_query(subquery, binds, known, touches)?,
            TableFactor::NestedJoin {
                table_with_joins, ..
            } => tables(table_with_joins, binds, known, touches, named)?,
            _ => return None,
        }
    }
    Some(())
}

/// The last part of a table's name.
pub(in crate::race) fn bare(name: &ObjectName) -> Option<String> {
    Some(lower(name.0.last()?.as_ident()?))
}

/// Adds what the queries inside an expression touch.
pub(super) fn read_inside<T: Visit>(
    part: &T,
    binds: &[String],
    known: ColumnsOf<'_>,
    touches: &mut Vec<Touch>,
) -> Option<()> {
    let mut inside = Inside {
        found: Vec::new(),
        depth: 0,
    };
    let _ = part.visit(&mut inside);
    for query in &inside.found {
        read_query(query, binds, known, touches)?;
    }
    Some(())
}

/// Gathers the outermost queries.
struct Inside {
    found: Vec<Query>,
    depth: usize,
}

impl Visitor for Inside {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.found.push(query.clone());
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

/// The names of the columns in a condition, or in none.
pub(super) fn asked(condition: Option<&Expr>) -> BTreeSet<String> {
    condition.map(columns).unwrap_or_default()
}
