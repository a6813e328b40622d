//! Unique indexes over what is looked for before it is inserted.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, visit_expressions};

use super::Candidates;
use crate::db::disposable::quoted;
use crate::race::anomaly::expression::columns;
use crate::race::anomaly::parser::parse;
use crate::race::cure::code::Sent;
use crate::race::cure::trial::Trial;
use crate::race::cure_result::CureName;
use crate::race::dialect::Dialect;
use crate::race::edits::{Rewrite, Table};

impl Candidates<'_> {
    /// A unique index over what was looked for before a row was inserted, or made one higher.
    pub(super) fn unique(&self) -> Vec<Trial> {
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
}

/// The column whose highest value a statement asks for.
fn highest(sql: &str) -> Option<String> {
    let statements = parse(sql, Dialect::Postgres)?;
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
