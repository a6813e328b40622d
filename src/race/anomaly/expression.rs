//! Values, columns and functions in the expressions of a statement.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Ident, UnaryOperator, Value, Visit, visit_expressions};

use crate::explore::HARMLESS;
use crate::race::dialect::Dialect;

/// More functions that compute from what they are given, or make a value up.
const MORE: [&str; 16] = [
    "array_agg",
    "clock_timestamp",
    "current_date",
    "current_timestamp",
    "gen_random_uuid",
    "length",
    "nextval",
    "now",
    "bool_and",
    "bool_or",
    "json_agg",
    "jsonb_agg",
    "json_build_object",
    "jsonb_build_object",
    "string_agg",
    "to_char",
];

/// Those of MariaDB.
const MARIADB: [&str; 31] = [
    "char_length",
    "concat",
    "convert",
    "curdate",
    "current_date",
    "current_timestamp",
    "curtime",
    "date",
    "date_add",
    "date_format",
    "date_sub",
    "floor",
    "found_rows",
    "from_unixtime",
    "greatest",
    "group_concat",
    "if",
    "ifnull",
    "json_object",
    "last_insert_id",
    "least",
    "length",
    "now",
    "nullif",
    "rand",
    "round",
    "row_count",
    "sysdate",
    "unix_timestamp",
    "utc_timestamp",
    "uuid",
];

/// The value of a literal, or of a parameter.
pub(in crate::race) fn value(expression: &Expr, binds: &[String]) -> Option<String> {
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => value(inner, binds),
        Expr::TypedString(typed) => literal(&typed.value.value, binds),
        Expr::Value(inside) => literal(&inside.value, binds),
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => value(expr, binds).map(|positive| format!("-{positive}")),
        _ => None,
    }
}

fn literal(value: &Value, binds: &[String]) -> Option<String> {
    match value {
        Value::Number(digits, _) => Some(digits.clone()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Placeholder(name) => {
            let number: usize = name.strip_prefix('$')?.parse().ok()?;
            let bound = binds.get(number.checked_sub(1)?)?;
            let is_null = bound.eq_ignore_ascii_case("null");
            (!is_null).then(|| bound.trim_matches(['\'', '"']).to_owned())
        }
        // Bytes are a number in one place and a text in another.
        Value::HexStringLiteral(_) => None,
        other => other.clone().into_string(),
    }
}

/// Whether it is a literal or a parameter, known or not.
pub(super) fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_constant(inner),
        Expr::UnaryOp { expr, .. } => is_constant(expr),
        Expr::Value(_) | Expr::TypedString(_) => true,
        _ => false,
    }
}

/// A column: what its table is called, where that is said, and its name.
pub(in crate::race) fn column(expression: &Expr) -> Option<(Option<String>, String)> {
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => column(inner),
        Expr::Identifier(name) => Some((None, lower(name))),
        Expr::CompoundIdentifier(parts) => {
            let (name, before) = parts.split_last()?;
            Some((before.last().map(lower), lower(name)))
        }
        _ => None,
    }
}

/// A name as the server looks for it, without a difference between upper and lower case.
pub(super) fn lower(name: &Ident) -> String {
    name.value.to_lowercase()
}

/// The names of all columns.
pub(in crate::race) fn columns<T: Visit>(part: &T) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let _ = visit_expressions(part, |expression| {
        if let Expr::Identifier(_) | Expr::CompoundIdentifier(_) = expression {
            found.extend(column(expression).map(|(_, name)| name));
        }
        ControlFlow::<()>::Continue(())
    });
    found
}

/// Whether every function is known to touch nothing but what it is given.
pub(super) fn is_harmless<T: Visit>(part: &T, dialect: Dialect) -> bool {
    let more: &[&str] = match dialect {
        Dialect::Postgres => &MORE,
        Dialect::Mysql => &MARIADB,
    };
    visit_expressions(part, |expression| match expression {
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
            match HARMLESS.contains(&name) || more.contains(&name) {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        }
        _ => ControlFlow::Continue(()),
    })
    .is_continue()
}

/// The parts of a condition that all have to be true.
pub(super) fn conjuncts<'a>(condition: &'a Expr, parts: &mut Vec<&'a Expr>) {
    match condition {
        Expr::Nested(inner) => conjuncts(inner, parts),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            conjuncts(left, parts);
            conjuncts(right, parts);
        }
        other => parts.push(other),
    }
}
