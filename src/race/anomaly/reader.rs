//! What the text of a step says that it does.

use sqlparser::ast::{Expr, FunctionArguments, Query, SelectItem, SetExpr, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::expression::is_harmless;
use super::query::read_query;
use super::touch::{ColumnsOf, Touch};
use super::write::{read_delete, read_insert, read_update};
use crate::race::footprints::is_call;

/// How deeply a statement may be nested.
const DEEPEST: usize = 40;

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::race) enum Doing {
    /// It touches rows.
    Touches(Vec<Touch>),
    /// It takes an advisory lock; with its key.
    Locks(String),
    /// It gives an advisory lock back; with its key.
    Unlocks(String),
    /// It calls the outside.
    Calls,
    /// The transaction's end, and whether it is kept.
    Ends(bool),
    /// The text does not tell.
    Unknown,
}

/// What a step does. `columns`: those of a table, for an INSERT that does not name them.
pub(in crate::race) fn read(sql: &str, binds: &[String], columns: ColumnsOf<'_>) -> Doing {
    if is_call(sql) {
        return Doing::Calls;
    }
    let Some(mut statements) = parse(sql) else {
        return Doing::Unknown;
    };
    statements.retain(|statement| !matches!(statement, Statement::StartTransaction { .. }));
    if let [only] = statements.as_slice() {
        match only {
            Statement::Commit { chain: false, .. } => return Doing::Ends(true),
            Statement::Rollback {
                chain: false,
                savepoint: None,
            } => return Doing::Ends(false),
            Statement::Query(query) => {
                if let Some(doing) = advisory(query, binds) {
                    return doing;
                }
            }
            _ => {}
        }
    }
    // Each of several counts its parameters from 1.
    let binds = match statements.len() {
        1 => binds,
        _ => &[],
    };
    let mut touches = Vec::new();
    let mut all = statements.iter();
    match all.all(|statement| read_statement(statement, binds, columns, &mut touches).is_some()) {
        true => Doing::Touches(touches),
        false => Doing::Unknown,
    }
}

/// The statements of a text. The two locks between FOR UPDATE and FOR SHARE are unknown to the parser.
pub(in crate::race) fn parse(sql: &str) -> Option<Vec<Statement>> {
    let mut text = sql.to_owned();
    for (lock, similar) in [
        ("FOR NO KEY UPDATE", "FOR UPDATE"),
        ("FOR KEY SHARE", "FOR SHARE"),
    ] {
        while let Some(at) = text.to_ascii_uppercase().find(lock) {
            text.replace_range(at..at + lock.len(), similar);
        }
    }
    let parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(DEEPEST);
    let mut parser = parser.try_with_sql(&text).ok()?;
    parser.parse_statements().ok()
}

/// Adds what a statement touches; `None`: its text does not tell.
fn read_statement(
    statement: &Statement,
    binds: &[String],
    columns: ColumnsOf<'_>,
    touches: &mut Vec<Touch>,
) -> Option<()> {
    if !is_harmless(statement) {
        return None;
    }
    match statement {
        Statement::Query(query) => read_query(query, binds, columns, touches),
        Statement::Insert(insert) => read_insert(insert, binds, columns, touches),
        Statement::Update(update) => read_update(update, binds, columns, touches),
        Statement::Delete(delete) => read_delete(delete, binds, columns, touches),
        _ => None,
    }
}

/// A SELECT of nothing but an advisory lock, or of its end.
fn advisory(query: &Query, binds: &[String]) -> Option<Doing> {
    let SetExpr::Select(select) = query.body.as_ref() else {
        return None;
    };
    let [
        SelectItem::UnnamedExpr(Expr::Function(function))
        | SelectItem::ExprWithAlias {
            expr: Expr::Function(function),
            ..
        },
    ] = select.projection.as_slice()
    else {
        return None;
    };
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    if !select.from.is_empty() {
        return None;
    }
    let mut key: Vec<String> = Vec::new();
    for argument in &list.args {
        let mut text = argument.to_string();
        for (place, value) in binds.iter().enumerate().rev() {
            text = text.replace(&format!("${}", place + 1), value);
        }
        key.push(text);
    }
    let key = key.join(", ");
    match function.name.to_string().to_lowercase().as_str() {
        "pg_advisory_lock" | "pg_advisory_xact_lock" => Some(Doing::Locks(key)),
        "pg_advisory_unlock" => Some(Doing::Unlocks(key)),
        "pg_advisory_unlock_all" => Some(Doing::Unlocks(String::new())),
        _ => None,
    }
}
