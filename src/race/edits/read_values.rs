//! What a session has read, for a later statement of its transaction: an UPDATE that is to find the row
//! as it was read cannot be given the value by the proxy, which does not read answers. The rows are
//! read once more, in the same moment, into a setting of the session.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, SetExpr, Statement, Value, visit_expressions_mut};

use super::table::{Table, name_of};
use crate::db::disposable::quoted;
use crate::race::anomaly::parser::parse;
use crate::race::dialect::Dialect;

/// The setting: rows as JSON, by their keys.
const SETTING: &str = "lockbench.read";

/// What an UPDATE brings that must find a row.
pub(in crate::race) const MUST_FIND: &str = "/* lockbench: must find its row */";

/// A value that was read, of the row that an UPDATE of `name` is at, as JSON.
pub(in crate::race) fn value_read(name: &str, table: &Table, column: &str) -> String {
    let key = key(name, table);
    format!(
        "(nullif(current_setting('{SETTING}', true), '')::jsonb -> {key} -> '{}')",
        column.replace('\'', "''")
    )
}

/// The primary key of a row, as text.
fn key(name: &str, table: &Table) -> String {
    let columns = table.key.iter();
    let columns: Vec<String> = columns
        .map(|column| format!("{name}.{}", quoted(column)))
        .collect();
    format!("jsonb_build_array({})::text", columns.join(", "))
}

/// What keeps the rows that a SELECT of one table is about to read. `None`: it is no such.
pub(in crate::race) fn keeping(sql: &str, binds: &[String], table: &Table) -> Option<String> {
    let statements = parse(sql, Dialect::Postgres)?;
    let [Statement::Query(query)] = statements.as_slice() else {
        return None;
    };
    let SetExpr::Select(select) = query.body.as_ref() else {
        return None;
    };
    let [from] = select.from.as_slice() else {
        return None;
    };
    let name = name_of(from)?;
    let condition = match select.selection.clone() {
        None => String::new(),
        Some(mut condition) => {
            fill(&mut condition, binds);
            format!(" WHERE {condition}")
        }
    };
    let key = key(&name, table);
    Some(format!(
        "SELECT set_config('{SETTING}', (coalesce(nullif(current_setting('{SETTING}', true), ''), \
         '{{}}')::jsonb || coalesce(jsonb_object_agg({key}, to_jsonb({name})), '{{}}'))::text, false) \
         FROM {from}{condition}"
    ))
}

/// Puts the values in the places of the parameters.
pub(in crate::race) fn fill(expression: &mut Expr, binds: &[String]) {
    let _ = visit_expressions_mut(expression, |part| {
        if let Expr::Value(inside) = part
            && let Value::Placeholder(name) = &inside.value
        {
            let number = name
                .strip_prefix('$')
                .and_then(|it| it.parse::<usize>().ok());
            let bound = number.and_then(|it| binds.get(it.checked_sub(1)?));
            inside.value = match bound.map(String::as_str) {
                None | Some("NULL") => Value::Null,
                Some(bound) => Value::SingleQuotedString(bound.replace('\'', "''")),
            };
        }
        ControlFlow::<()>::Continue(())
    });
}

/// What makes an UPDATE fail that must find a row and does not, as a program would that heeds the
/// number of rows; and what takes it away again.
pub(in crate::race) fn guards(tables: &[&Table]) -> (String, String) {
    let mut make = format!(
        "CREATE SCHEMA lockbench_cure; CREATE FUNCTION lockbench_cure.must_find() RETURNS trigger \
         LANGUAGE plpgsql AS $$ BEGIN \
         IF pg_catalog.strpos(pg_catalog.current_query(), '{MUST_FIND}') > 0 \
            AND NOT EXISTS (SELECT FROM changed) THEN \
         RAISE EXCEPTION 'no row is as it was read' USING ERRCODE = '40001'; END IF; \
         RETURN NULL; END $$; "
    );
    for table in tables {
        make.push_str(&format!(
            "CREATE TRIGGER \" lockbench cure\" AFTER UPDATE ON {} REFERENCING NEW TABLE AS changed \
             FOR EACH STATEMENT EXECUTE FUNCTION lockbench_cure.must_find(); ",
            table.sql()
        ));
    }
    (make, "DROP SCHEMA lockbench_cure CASCADE".to_owned())
}
