//! What a connection has prepared and bound, by the names that it gave.

use std::collections::BTreeMap;

use super::body::Body;
use super::sql::Sql;
use super::value;

/// The statements and portals of a connection.
#[derive(Debug, Default)]
pub(super) struct Names {
    statements: BTreeMap<String, Prepared>,
    portals: BTreeMap<String, Sql>,
}

#[derive(Clone, Debug, Default)]
struct Prepared {
    sql: String,
    kinds: Vec<u32>,
}

impl Names {
    /// A Parse message. Gives the SQL.
    pub(super) fn parse(&mut self, mut body: Body<'_>) -> Option<String> {
        let (name, sql) = (body.text()?, body.text()?);
        let kinds = body.list(Body::long)?;
        let prepared = Prepared {
            sql: sql.clone(),
            kinds,
        };
        self.statements.insert(name, prepared);
        Some(sql)
    }

    /// A Bind message.
    pub(super) fn bind(&mut self, mut body: Body<'_>) -> Option<()> {
        let (portal, statement) = (body.text()?, body.text()?);
        let formats = body.list(Body::short)?;
        let values = body.list(Body::value)?;
        let prepared = self.statements.get(&statement).cloned().unwrap_or_default();
        let is_binary = |at: usize| match formats.as_slice() {
            [] => false,
            [one] => *one == 1,
            all => all.get(at) == Some(&1),
        };
        let shown = values.iter().enumerate().map(|(at, bytes)| {
            let kind = prepared.kinds.get(at).copied().unwrap_or_default();
            value::shown(*bytes, is_binary(at), kind)
        });
        let sql = Sql {
            text: prepared.sql,
            values: shown.collect(),
        };
        self.portals.insert(portal, sql);
        Some(())
    }

    /// An Execute message. Gives what it runs.
    pub(super) fn execute(&self, mut body: Body<'_>) -> Option<Sql> {
        self.portals.get(&body.text()?).cloned()
    }

    /// A Close message.
    pub(super) fn close(&mut self, mut body: Body<'_>) -> Option<()> {
        let (what, name) = (body.byte()?, body.text()?);
        match what {
            b'S' => drop(self.statements.remove(&name)),
            _ => drop(self.portals.remove(&name)),
        }
        Some(())
    }
}
