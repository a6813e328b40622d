//! MariaDB's and MySQL's advisory locks: `GET_LOCK` and `RELEASE_LOCK`.

use diesel::mysql::Mysql;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Nullable};
use diesel::{MysqlConnection, QueryResult, RunQueryDsl};

/// The lock's name. Names are the whole server's, so that of the database is in front, cut so
/// that MySQL's limit of 64 characters is kept: two long names that begin alike share a lock,
/// which is slower and never wrong.
const NAME: &str = "CONCAT(LEFT(DATABASE(), 34), '.lockbench.', ";

/// A year. MariaDB does not know MySQL's "negative is for ever", and answers it with NULL.
const FOR_EVER: i64 = 31_536_000;

/// Waits for a lock. A `SELECT GET_LOCK` that ends in a deadlock fails in the middle of its
/// result, and MariaDB's client library then waits for the rest of it for ever (seen with
/// libmariadb 3.3); a SET has no result. The subquery is only looked at where the answer is
/// not 1, and makes an error of it.
#[derive(QueryId)]
struct Take {
    key: i64,
    seconds: i64,
}

/// Asks for a lock without waiting, for which there is no deadlock.
#[derive(QueryId)]
struct TryTake {
    key: i64,
}

#[derive(QueryId)]
struct Release {
    key: i64,
}

impl QueryFragment<Mysql> for Take {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Mysql>) -> QueryResult<()> {
        out.push_sql("SET @lockbench = IF(GET_LOCK(");
        out.push_sql(NAME);
        out.push_bind_param::<BigInt, _>(&self.key)?;
        out.push_sql("), ");
        out.push_bind_param::<BigInt, _>(&self.seconds)?;
        out.push_sql(") = 1, 1, (SELECT 0 UNION ALL SELECT 'GET_LOCK failed'))");
        Ok(())
    }
}

impl QueryFragment<Mysql> for TryTake {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Mysql>) -> QueryResult<()> {
        out.push_sql("SELECT GET_LOCK(");
        out.push_sql(NAME);
        out.push_bind_param::<BigInt, _>(&self.key)?;
        out.push_sql("), 0)");
        Ok(())
    }
}

impl QueryFragment<Mysql> for Release {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Mysql>) -> QueryResult<()> {
        out.push_sql("SELECT RELEASE_LOCK(");
        out.push_sql(NAME);
        out.push_bind_param::<BigInt, _>(&self.key)?;
        out.push_sql("))");
        Ok(())
    }
}

impl Query for TryTake {
    type SqlType = Nullable<BigInt>;
}

impl Query for Release {
    type SqlType = Nullable<BigInt>;
}

impl RunQueryDsl<MysqlConnection> for Take {}
impl RunQueryDsl<MysqlConnection> for TryTake {}
impl RunQueryDsl<MysqlConnection> for Release {}

/// Waits for the lock of `key`. It belongs to the session, not to a transaction.
///
/// # Errors
/// Whatever the server answers; any answer but 1 is an error, never silently a lock.
pub(super) fn take(connection: &mut MysqlConnection, key: i64) -> QueryResult<()> {
    let seconds = FOR_EVER;
    Take { key, seconds }.execute(connection).map(drop)
}

/// Takes the lock of `key` if nobody has it.
///
/// # Errors
/// Whatever the server answers; no answer (NULL) is an error.
pub(super) fn try_take(connection: &mut MysqlConnection, key: i64) -> QueryResult<bool> {
    match (TryTake { key }).get_result(connection)? {
        Some(0) => Ok(false),
        answer => demand(answer, "GET_LOCK").map(|()| true),
    }
}

/// Gives the lock of `key` back.
///
/// # Errors
/// Whatever the server answers; that this session had no such lock is an error.
pub(super) fn release(connection: &mut MysqlConnection, key: i64) -> QueryResult<()> {
    let answer = Release { key }.get_result::<Option<i64>>(connection)?;
    demand(answer, "RELEASE_LOCK")
}

/// The question whose `session` has the lock of `key`; NULL where nobody has.
pub(super) fn holder(key: i64) -> String {
    format!("SELECT CAST(IS_USED_LOCK({NAME}{key})) AS SIGNED) AS session")
}

fn demand(answer: Option<i64>, function: &str) -> QueryResult<()> {
    if answer == Some(1) {
        return Ok(());
    }
    let answer = answer.map_or("NULL".to_owned(), |answer| answer.to_string());
    Err(Error::DatabaseError(
        DatabaseErrorKind::Unknown,
        Box::new(format!("{function} returned {answer} instead of 1")),
    ))
}
