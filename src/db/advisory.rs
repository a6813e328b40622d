//! Advisory locks: names that a server locks without knowing what they stand for.

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Bool, Integer, Nullable};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

#[cfg(feature = "mysql")]
use super::named_lock;
use super::{AnyConnection, Backend};

/// The first half of every advisory lock of ours: the letters "lock", so that we do not meet
/// the user's own locks by accident.
const CLASS: i32 = 0x6C6F_636B;

/// The second half of the lock that says "lockbench is at work here"; items count from 1.
const AT_WORK: i32 = 0;

/// The name of the whole task, which one session leads; items count from 1.
pub const TASK: i64 = -1;

#[derive(QueryId)]
struct Take {
    key: i32,
}

#[derive(QueryId)]
struct Release {
    key: i32,
}

impl QueryFragment<Pg> for Take {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        call("SELECT pg_advisory_lock(", &self.key, out)
    }
}

impl QueryFragment<Pg> for Release {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        call("SELECT pg_advisory_unlock(", &self.key, out)
    }
}

fn call<'b>(function: &'static str, key: &'b i32, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_sql(function);
    out.push_bind_param::<Integer, _>(&CLASS)?;
    out.push_sql(", ");
    out.push_bind_param::<Integer, _>(key)?;
    out.push_sql(")");
    Ok(())
}

impl Query for Release {
    type SqlType = Bool;
}

impl RunQueryDsl<PgConnection> for Take {}
impl RunQueryDsl<PgConnection> for Release {}

/// Waits for the advisory lock of an item. It belongs to the session, not to a transaction,
/// so that it can be held around a whole one, COMMIT included (PostgreSQL 15 manual, 13.3.5;
/// MariaDB Knowledge Base, `GET_LOCK`).
///
/// # Errors
/// Whatever the server answers, or the backend's refusal where there are no such locks.
pub fn lock(connection: &mut AnyConnection, item: i64) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Err(refusal(Backend::Sqlite)),
        AnyConnection::Postgres(inner) => {
            let key = key(item)?;
            Take { key }.execute(inner).map(drop)
        }
        #[cfg(feature = "mysql")]
        AnyConnection::Mysql(inner) => named_lock::take(inner, item),
    }
}

/// Gives the advisory lock of an item back.
///
/// # Errors
/// Whatever the server answers; a lost connection gives its locks back by itself.
pub fn unlock(connection: &mut AnyConnection, item: i64) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Err(refusal(Backend::Sqlite)),
        AnyConnection::Postgres(inner) => {
            let key = key(item)?;
            // "If the lock was not held, it returns false" (manual, 9.27.10): behind a
            // transaction pooler it stays behind on some other session.
            match (Release { key }).get_result::<bool>(inner)? {
                true => Ok(()),
                false => Err(Error::DatabaseError(
                    DatabaseErrorKind::Unknown,
                    Box::new(
                        "pg_advisory_unlock returned false: this session did not hold the lock"
                            .to_owned(),
                    ),
                )),
            }
        }
        #[cfg(feature = "mysql")]
        AnyConnection::Mysql(inner) => named_lock::release(inner, item),
    }
}

/// Gives back every advisory lock of the session.
///
/// # Errors
/// Whatever the server answers; a lost connection gives its locks back by itself.
pub fn unlock_all(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection.backend() {
        Backend::Sqlite => Ok(()),
        Backend::Postgres => connection.batch_execute("SELECT pg_advisory_unlock_all()"),
        // MariaDB from 10.5.2, MySQL from 5.7.
        Backend::Mysql => connection.batch_execute("DO RELEASE_ALL_LOCKS()"),
    }
}

fn key(item: i64) -> QueryResult<i32> {
    i32::try_from(item).map_err(|error| Error::SerializationError(Box::new(error)))
}

fn refusal(backend: Backend) -> Error {
    let words = backend.refuses_advisory_lock().unwrap_or_default();
    Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(words.to_owned()))
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// Tries to take the lock that says "lockbench is at work in this database", for as long as
/// `connection` lives. `false`: another session holds it.
///
/// # Errors
/// Whatever the server answers.
pub(super) fn try_lock_database(connection: &mut AnyConnection) -> QueryResult<bool> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(true),
        AnyConnection::Postgres(inner) => sql_query(format!(
            "SELECT pg_try_advisory_lock({CLASS}, {AT_WORK}) AS taken"
        ))
        .get_result::<Taken>(inner)
        .map(|answer| answer.taken),
        #[cfg(feature = "mysql")]
        AnyConnection::Mysql(inner) => named_lock::try_take(inner, AT_WORK.into()),
    }
}

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = Nullable<BigInt>)]
    session: Option<i64>,
}

/// The server's number for this session; 0 on SQLite, which has none.
///
/// # Errors
/// Whatever the server answers.
pub(super) fn session(connection: &mut AnyConnection) -> QueryResult<i64> {
    let question = match connection.backend() {
        Backend::Sqlite => return Ok(0),
        Backend::Postgres => "SELECT pg_backend_pid()::bigint AS session",
        Backend::Mysql => "SELECT CAST(CONNECTION_ID() AS SIGNED) AS session",
    };
    let answer = sql_query(question).get_result::<Session>(connection)?;
    Ok(answer.session.unwrap_or_default())
}

/// The session that has the lock which says "lockbench is at work in this database".
///
/// # Errors
/// Whatever the server answers.
pub(super) fn holder(connection: &mut AnyConnection) -> QueryResult<Option<i64>> {
    let question = match connection.backend() {
        Backend::Sqlite => return Ok(None),
        // A key of two halves is shown in classid and objid, with 2 in objsubid (manual, 54.12).
        Backend::Postgres => format!(
            "SELECT max(pid)::bigint AS session FROM pg_locks \
             WHERE locktype = 'advisory' AND classid = {CLASS} AND objid = {AT_WORK} \
             AND objsubid = 2 AND granted AND database = \
             (SELECT oid FROM pg_database WHERE datname = current_database())"
        ),
        #[cfg(feature = "mysql")]
        Backend::Mysql => named_lock::holder(AT_WORK.into()),
        #[cfg(not(feature = "mysql"))]
        Backend::Mysql => return Ok(None),
    };
    let answer = sql_query(question).get_result::<Session>(connection)?;
    Ok(answer.session)
}
