//! Which rows a condition leaves.

use sqlparser::ast::{BinaryOperator, Expr, InTarget};

use super::expression::{column, conjuncts, is_constant, value};
use super::touch::Rows;

/// Which rows of a table a condition leaves. `names`: what the table is called in the statement;
/// `alone`: whether it is the only one, so that a column without a table is one of its.
pub(super) fn rows(
    condition: Option<&Expr>,
    names: &[&str],
    alone: bool,
    binds: &[String],
) -> Rows {
    let mut rows = Rows {
        exact: alone,
        ..Rows::default()
    };
    let mut parts = Vec::new();
    if let Some(condition) = condition {
        conjuncts(condition, &mut parts);
    }
    for part in parts {
        let is_ours = |table: &Option<String>| match table {
            Some(table) => names.contains(&table.as_str()),
            None => alone,
        };
        match equality(part, binds) {
            Equality::Nothing => {}
            Equality::Column(table, name, value) if is_ours(&table) => {
                let known = rows.equal.insert(name, value.clone());
                // Two values at once: no row, or another spelling.
                rows.exact &= known.is_none_or(|known| known == value);
            }
            Equality::Column(..) | Equality::Other => rows.exact = false,
        }
    }
    rows
}

/// A part of a condition.
enum Equality {
    /// It does not depend on a row.
    Nothing,
    /// The column of a table has a value.
    Column(Option<String>, String, String),
    /// Anything else.
    Other,
}

fn equality(part: &Expr, binds: &[String]) -> Equality {
    let of = |one: &Expr, other: &Expr| {
        let (table, name) = column(one)?;
        Some(Equality::Column(table, name, value(other, binds)?))
    };
    match part {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } => match is_constant(left) && is_constant(right) {
            true => Equality::Nothing,
            false => of(left, right)
                .or_else(|| of(right, left))
                .unwrap_or(Equality::Other),
        },
        Expr::In {
            expr,
            target: InTarget::List(values),
            negated: false,
            ..
        } => match values.as_slice() {
            [only] => of(expr, only).unwrap_or(Equality::Other),
            _ => Equality::Other,
        },
        _ => Equality::Other,
    }
}
