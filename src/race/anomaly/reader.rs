//! What the text of a step says that it does.

use sqlparser::ast::{Expr, FunctionArguments, Query, SelectItem, SetExpr, Statement};

use super::expression::is_harmless;
use super::parser::parse;
use super::query::read_query;
use super::touch::{ColumnsOf, Touch};
use super::write::{read_delete, read_insert, read_update};
use crate::race::dialect::Dialect;
use crate::race::footprints::is_call;

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
    /// It begins a transaction, and commits what came before; whether that sees the database as it is
    /// now from then on.
    Begins(bool),
    /// The text does not tell.
    Unknown,
}

/// What a step does. `columns`: those of a table, for an INSERT that does not name them.
pub(in crate::race) fn read(
    sql: &str,
    binds: &[String],
    columns: ColumnsOf<'_>,
    dialect: Dialect,
) -> Doing {
    if is_call(sql) {
        return Doing::Calls;
    }
    if dialect.begin_commits()
        && let Some(doing) = begins(sql, dialect)
    {
        return doing;
    }
    let Some(mut statements) = parse(sql, dialect) else {
        return Doing::Unknown;
    };
    let all = statements.len();
    statements.retain(|statement| !matches!(statement, Statement::StartTransaction { .. }));
    // What came before the BEGIN is committed there.
    if dialect.begin_commits() && statements.len() < all {
        return Doing::Unknown;
    }
    if let [only] = statements.as_slice() {
        match only {
            Statement::Commit { chain: false, .. } => return Doing::Ends(true),
            Statement::Rollback {
                chain: false,
                savepoint: None,
            } => return Doing::Ends(false),
            Statement::Query(query) => {
                if let Some(doing) = advisory(query, binds, dialect) {
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
    let mut read = |it| read_statement(it, binds, columns, dialect, &mut touches);
    match all.all(|statement| read(statement).is_some()) {
        true => Doing::Touches(touches),
        false => Doing::Unknown,
    }
}

/// A statement of MariaDB's that is the beginning of a transaction and nothing else.
fn begins(sql: &str, dialect: Dialect) -> Option<Doing> {
    let statements = dialect.statements(sql);
    let [words] = statements.as_slice() else {
        return None;
    };
    let has = |word: &str| words.iter().any(|one| one == word);
    match words.first().map(String::as_str)? {
        "begin" | "start" if !has("not") => Some(Doing::Begins(has("snapshot"))),
        // `autocommit = 1`: otherwise it is no step.
        "set" if words.iter().any(|word| word.contains("autocommit")) => Some(Doing::Begins(false)),
        _ => None,
    }
}

/// Adds what a statement touches; `None`: its text does not tell.
fn read_statement(
    statement: &Statement,
    binds: &[String],
    columns: ColumnsOf<'_>,
    dialect: Dialect,
    touches: &mut Vec<Touch>,
) -> Option<()> {
    if !is_harmless(statement, dialect) {
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
fn advisory(query: &Query, binds: &[String], dialect: Dialect) -> Option<Doing> {
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
    let name = function.name.to_string().to_lowercase();
    if dialect == Dialect::Mysql {
        // What follows is how long to wait.
        let key = key.into_iter().next().unwrap_or_default();
        return match name.as_str() {
            "get_lock" => Some(Doing::Locks(key)),
            "release_lock" => Some(Doing::Unlocks(key)),
            "release_all_locks" => Some(Doing::Unlocks(String::new())),
            _ => None,
        };
    }
    let key = key.join(", ");
    match name.as_str() {
        "pg_advisory_lock" | "pg_advisory_xact_lock" => Some(Doing::Locks(key)),
        "pg_advisory_unlock" => Some(Doing::Unlocks(key)),
        "pg_advisory_unlock_all" => Some(Doing::Unlocks(String::new())),
        _ => None,
    }
}
