//! Statements that take whole columns of numbers, of any length, as one value each.

use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt};
use diesel::{QueryResult, RunQueryDsl};

use super::AnyConnection;

/// A part of a statement.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// Its text.
    Sql(&'static str),
    /// A number.
    Number(i64),
    /// A column of numbers, for `unnest`.
    Column(&'a [i64]),
}

struct Statement<'a>(&'a [Piece<'a>]);

impl QueryFragment<Pg> for Statement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for piece in self.0 {
            match piece {
                Piece::Sql(text) => out.push_sql(text),
                Piece::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
                Piece::Column(column) => out.push_bind_param::<Array<BigInt>, _>(column)?,
            }
        }
        Ok(())
    }
}

// The text is not in the type, so the statement is cached by its text.
impl QueryId for Statement<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for Statement<'_> {}

/// Runs a statement that takes whole columns, and gives the number of rows changed. `None`: this
/// database has no such values.
///
/// # Errors
/// Whatever the database answers.
pub fn execute(connection: &mut AnyConnection, pieces: &[Piece<'_>]) -> QueryResult<Option<usize>> {
    match connection {
        AnyConnection::Postgres(inner) => Statement(pieces).execute(inner).map(Some),
        _ => Ok(None),
    }
}
