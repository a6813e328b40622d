//! Another text for a statement: what a developer could write there.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Assignment, AssignmentTarget, BinaryOperator, Expr, GroupByExpr, LockClause, LockType,
    NonBlock, OnConflict, OnConflictAction, OnInsert, Query, SelectItem, SetExpr, Statement,
    Update, VisitMut, VisitorMut, visit_expressions,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::read_values::{MUST_FIND, value_read};
use super::table::{Table, name_of};
use crate::race::anomaly::expression::columns;
use crate::race::anomaly::parser::parse;
use crate::race::anomaly::query::bare;
use crate::race::dialect::Dialect;

/// What becomes of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::race) enum Rewrite {
    /// A SELECT locks the rows that it reads, with this clause.
    Lock(&'static str),
    /// The SELECTs in it lock the rows that they read; locked ones are left out, or waited for.
    LockInside { skips: bool },
    /// An UPDATE writes only where these columns are as they were read.
    AsRead(Table, Vec<String>),
    /// An UPDATE changes these columns by a difference.
    Relative(Table, Differences),
    /// The same, and only where enough is left.
    Enough(Table, Differences),
    /// An INSERT does nothing where the row is there.
    OnConflict,
}

/// By how much columns are changed, by their names in lower case.
pub(in crate::race) type Differences = BTreeMap<String, i64>;

/// Whom a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::race) enum Reader {
    /// The server, which is to do the same.
    Server,
    /// A person, who is to write it.
    Person,
}

impl Rewrite {
    /// The text in the place of `sql`; `None` where it cannot be rewritten so.
    pub(in crate::race) fn of(&self, sql: &str, reader: Reader) -> Option<String> {
        let mut statements = parse(sql, Dialect::Postgres)?;
        let [statement] = statements.as_mut_slice() else {
            return None;
        };
        match (self, &mut *statement) {
            (Self::Lock(clause), Statement::Query(query)) => {
                let sql = sql.trim_end_matches([';', ' ', '\n']);
                return is_lockable(query).then(|| format!("{sql} {clause}"));
            }
            (Self::LockInside { skips }, statement) => {
                let mut locking = Locking {
                    skips: *skips,
                    is_outermost: matches!(statement, Statement::Query(_)),
                    has_locked: false,
                };
                let _ = statement.visit(&mut locking);
                if !locking.has_locked {
                    return None;
                }
            }
            (Self::OnConflict, Statement::Insert(insert)) if insert.on.is_none() => {
                insert.on = Some(OnInsert::OnConflict(OnConflict {
                    conflict_target: None,
                    action: OnConflictAction::DoNothing,
                }));
            }
            (Self::AsRead(table, columns), Statement::Update(update)) => {
                as_read(update, table, columns, reader)?;
            }
            (Self::Relative(table, differences), Statement::Update(update)) => {
                relative(update, table, differences, reader)?;
            }
            (Self::Enough(table, differences), Statement::Update(update)) => {
                let conditions = relative(update, table, differences, reader)?;
                only_where(update, &conditions)?;
            }
            _ => return None,
        }
        let must_find = matches!(self, Self::AsRead(..) | Self::Enough(..));
        Some(match must_find && reader == Reader::Server {
            true => format!("{statement} {MUST_FIND}"),
            false => statement.to_string(),
        })
    }
}

/// Whether a SELECT may lock the rows that it reads (manual, SELECT, "The Locking Clause").
fn is_lockable(query: &Query) -> bool {
    let SetExpr::Select(select) = query.body.as_ref() else {
        return false;
    };
    let is_grouped =
        !matches!(&select.group_by, GroupByExpr::Expressions(all, _) if all.is_empty());
    query.locks.is_empty()
        && select.distinct.is_none()
        && select.having.is_none()
        && !select.from.is_empty()
        && !is_grouped
        && !select.projection.iter().any(is_aggregate)
}

/// Whether one row stands for many.
fn is_aggregate(item: &SelectItem) -> bool {
    let aggregates = [
        "count",
        "sum",
        "max",
        "min",
        "avg",
        "array_agg",
        "string_agg",
        "json_agg",
        "jsonb_agg",
        "bool_and",
        "bool_or",
        "every",
    ];
    visit_expressions(item, |part| match part {
        Expr::Function(function)
            if aggregates.contains(&function.name.to_string().to_lowercase().as_str()) =>
        {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

/// Locks what the queries inside a statement read.
struct Locking {
    skips: bool,
    is_outermost: bool,
    has_locked: bool,
}

impl VisitorMut for Locking {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let is_outermost = std::mem::take(&mut self.is_outermost);
        if !is_outermost && is_lockable(query) {
            query.locks.push(LockClause {
                lock_type: LockType::Update,
                of: None,
                nonblock: self.skips.then_some(NonBlock::SkipLocked),
            });
            self.has_locked = true;
        }
        ControlFlow::Continue(())
    }
}

/// The columns that an UPDATE sets, by their names in lower case.
fn targets(update: &mut Update) -> impl Iterator<Item = (String, String, &mut Assignment)> {
    update.assignments.iter_mut().filter_map(|assignment| {
        let AssignmentTarget::ColumnName(name) = &assignment.target else {
            return None;
        };
        let (bare, written) = (bare(name)?, name.to_string());
        Some((bare, written, assignment))
    })
}

fn as_read(update: &mut Update, table: &Table, columns: &[String], reader: Reader) -> Option<()> {
    let name = name_of(&update.table)?;
    let mut conditions = Vec::new();
    for (column, written, _) in targets(update).filter(|(it, ..)| columns.contains(it)) {
        let own = table.column(&column)?;
        conditions.push(match reader {
            Reader::Server => format!(
                "{} = to_jsonb({name}.{written})",
                value_read(&name, table, own)
            ),
            Reader::Person => format!("{written} = :{column}_read"),
        });
    }
    only_where(update, &conditions)
}

/// Gives the conditions under which enough is left.
fn relative(
    update: &mut Update,
    table: &Table,
    differences: &Differences,
    reader: Reader,
) -> Option<Vec<String>> {
    let name = name_of(&update.table)?;
    let mut conditions = Vec::new();
    for (column, written, assignment) in targets(update) {
        let Some(difference) = differences.get(&column) else {
            continue;
        };
        let is_relative = !columns(&assignment.value).is_empty();
        let own = table.column(&column)?;
        let value = &assignment.value;
        let sum = match (reader, is_relative) {
            (_, true) => value.to_string(),
            (Reader::Person, false) => format!(
                "{written} {} {}",
                if *difference < 0 { "-" } else { "+" },
                difference.unsigned_abs()
            ),
            (Reader::Server, false) => {
                let read = value_read(&name, table, own);
                // The value is then of the column's type, whatever that is.
                format!(
                    "{name}.{written} + (coalesce({value}, {name}.{written}) - ({read})::text::numeric)"
                )
            }
        };
        if *difference < 0 {
            conditions.push(match (reader, is_relative) {
                (Reader::Person, false) => format!("{written} >= {}", difference.unsigned_abs()),
                _ => format!("{sum} >= 0"),
            });
        }
        assignment.value = expression(&sum)?;
    }
    Some(conditions)
}

/// Adds conditions; `None` where there are none.
fn only_where(update: &mut Update, conditions: &[String]) -> Option<()> {
    if conditions.is_empty() {
        return None;
    }
    let before = update.selection.as_ref().map(|it| match it {
        Expr::BinaryOp {
            op: BinaryOperator::Or,
            ..
        } => format!("({it})"),
        _ => it.to_string(),
    });
    let all: Vec<String> = before
        .into_iter()
        .chain(conditions.iter().cloned())
        .collect();
    update.selection = Some(expression(&all.join(" AND "))?);
    Some(())
}

fn expression(sql: &str) -> Option<Expr> {
    let parser = Parser::new(&PostgreSqlDialect {}).try_with_sql(sql);
    parser.ok()?.parse_expr().ok()
}
