//! What a connection has prepared, by the server's numbers.

use std::collections::BTreeMap;

use super::super::sql::Sql;
use super::body::Body;
use super::value::{self, Kind};

/// Stands for what was prepared last.
const LAST: u32 = u32::MAX;

/// The statements of a connection.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    statements: BTreeMap<u32, Statement>,
    last: u32,
}

#[derive(Debug, Default)]
struct Statement {
    sql: String,
    parameters: usize,
    /// As they were told last.
    kinds: Vec<Kind>,
    /// Whether a value was sent beforehand, in pieces.
    sent_before: Vec<u16>,
}

impl Prepared {
    /// The server has prepared one: what it answers, and what it was asked for.
    pub(super) fn add(&mut self, answer: &[u8], sql: &str) -> Option<()> {
        let mut body = Body(answer);
        body.byte()?;
        let number = body.long()?;
        body.short()?;
        let parameters = body.short()?.into();
        let statement = Statement {
            sql: sql.to_owned(),
            parameters,
            ..Statement::default()
        };
        self.statements.insert(number, statement);
        self.last = number;
        Some(())
    }

    fn number(&self, body: &mut Body<'_>) -> Option<u32> {
        match body.long()? {
            LAST => Some(self.last),
            number => Some(number),
        }
    }

    /// One is closed.
    pub(super) fn close(&mut self, mut body: Body<'_>) -> Option<()> {
        let number = self.number(&mut body)?;
        self.statements.remove(&number).map(|_| ())
    }

    /// A piece of a value is sent beforehand.
    pub(super) fn send_before(&mut self, mut body: Body<'_>) -> Option<()> {
        let number = self.number(&mut body)?;
        let place = body.short()?;
        self.statements.get_mut(&number)?.sent_before.push(place);
        Some(())
    }

    /// One is executed: what it is, with its values.
    pub(super) fn execute(&mut self, mut body: Body<'_>) -> Option<Sql> {
        let number = self.number(&mut body)?;
        let statement = self.statements.get_mut(&number)?;
        let values = statement.values(body).unwrap_or_default();
        statement.sent_before.clear();
        Some(Sql {
            text: statement.sql.clone(),
            values,
        })
    }
}

impl Statement {
    fn values(&mut self, mut body: Body<'_>) -> Option<Vec<String>> {
        body.bytes(5)?;
        if self.parameters == 0 {
            return None;
        }
        let nulls = body.bytes(self.parameters.div_ceil(8))?;
        if body.byte()? == 1 {
            let kinds = (0..self.parameters).map(|_| {
                let (number, flags) = (body.byte()?, body.byte()?);
                let unsigned = flags & 0x80 != 0;
                Some(Kind { number, unsigned })
            });
            self.kinds = kinds.collect::<Option<_>>()?;
        }
        let mut values = Vec::new();
        for (place, kind) in self.kinds.iter().enumerate() {
            let is_null = nulls[place / 8] & (1 << (place % 8)) != 0;
            let is_sent = self.sent_before.iter().any(|it| usize::from(*it) == place);
            values.push(match (is_null, is_sent) {
                (true, _) => "NULL".to_owned(),
                (_, true) => "(sent in pieces)".to_owned(),
                _ => value::take(&mut body, *kind)?,
            });
        }
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prepared_statement_is_known_again_with_its_values() {
        let mut prepared = Prepared::default();
        let sql = "UPDATE stock SET units = ? WHERE name = ? AND x <=> ?";
        let answer = b"\0\x05\0\0\0\0\0\x03\0\0\0\0";
        prepared.add(answer, sql).unwrap();
        let bound = b"\x05\0\0\0\0\x01\0\0\0\x04\x01\x03\0\xfd\0\x03\0\x07\0\0\0\x04shoe";
        let found = prepared.execute(Body(bound)).unwrap();
        assert_eq!((found.text.as_str(), found.values.len()), (sql, 3));
        assert_eq!(found.values, ["7", "shoe", "NULL"]);
        // The types are told once.
        let again = b"\xff\xff\xff\xff\0\x01\0\0\0\x04\0\x08\0\0\0\x01x";
        let found = prepared.execute(Body(again)).unwrap();
        assert_eq!(found.values, ["8", "x", "NULL"]);
        prepared.close(Body(b"\x05\0\0\0")).unwrap();
        assert_eq!(prepared.execute(Body(bound)), None);
    }
}
