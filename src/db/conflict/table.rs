//! The one table of errors.

use super::{Aftermath, Conflict, Refusal};
use crate::db::Backend;

use Aftermath::{Failed, Gone, NoSession, Open};
use Conflict as C;

/// Every refusal after which the whole purchase can be tried again.
///
/// Each row is provoked by a test on a live server (`tests/all/databases/conflicts/`), but for those that
/// only MySQL has.
///
/// PostgreSQL 15 manual, appendix A; MariaDB Knowledge Base, "MariaDB Error Codes"; MySQL 8.4
/// Error Message Reference; <https://sqlite.org/rescode.html>.
#[rustfmt::skip]
pub const TABLE: [Refusal; 26] = [
    postgres("40001", "could not serialize access", C::SerializationFailure, Failed),
    postgres("40P01", "deadlock detected", C::Deadlock, Failed),
    postgres("55P03", "could not obtain lock", C::LockNotAvailable, Failed),
    postgres("55P03", "canceling statement due to lock timeout", C::LockTimeout, Failed),
    postgres("57014", "canceling statement due to statement timeout", C::StatementTimeout, Failed),
    postgres("57P01", "terminating connection", C::ConnectionLost, NoSession),
    postgres("", "server closed the connection", C::ConnectionLost, NoSession),
    postgres("", "no connection to the server", C::ConnectionLost, NoSession),
    postgres("53300", "sorry, too many clients already", C::TooManyConnections, NoSession),
    postgres("53300", "remaining connection slots are reserved", C::TooManyConnections, NoSession),
    postgres("53300", "too many connections for", C::TooManyConnections, NoSession),

    mysql("1213", "Deadlock found when trying to get lock", C::Deadlock, Gone),
    // Also MariaDB's answer to NOWAIT: see `Conflict::of_read`. With innodb_rollback_on_timeout,
    // which is off by default, the transaction is gone.
    mysql("1205", "Lock wait timeout exceeded", C::LockTimeout, Open),
    mysql("1020", "Record has changed since last read", C::SerializationFailure, Gone),
    mysql("1969", "Query execution was interrupted (max_statement_time", C::StatementTimeout, Open),
    // A session that is killed gets one of these two: 1927 is only in the server's own log.
    mysql("2006", "Server has gone away", C::ConnectionLost, NoSession),
    mysql("2013", "Lost connection to server", C::ConnectionLost, NoSession),
    mysql("1040", "Too many connections", C::TooManyConnections, NoSession),
    only_mysql("3572", "Statement aborted because lock(s) could not be acquired", C::LockNotAvailable, Open),
    only_mysql("3024", "Query execution was interrupted, maximum statement", C::StatementTimeout, Open),
    only_mysql("3058", "Deadlock found when trying to get user-level lock", C::Deadlock, Open),
    only_mysql("2006", "MySQL server has gone away", C::ConnectionLost, NoSession),
    only_mysql("2013", "Lost connection to MySQL server", C::ConnectionLost, NoSession),

    sqlite("SQLITE_BUSY", "database is locked", C::Busy, Open),
    sqlite("SQLITE_BUSY_SNAPSHOT", "database is locked", C::Busy, Open),
    sqlite("SQLITE_LOCKED", "database table is locked", C::Busy, Open),
];

const fn postgres(
    code: &'static str,
    message: &'static str,
    conflict: Conflict,
    aftermath: Aftermath,
) -> Refusal {
    row(Backend::Postgres, code, message, conflict, aftermath)
}

const fn mysql(
    code: &'static str,
    message: &'static str,
    conflict: Conflict,
    aftermath: Aftermath,
) -> Refusal {
    row(Backend::Mysql, code, message, conflict, aftermath)
}

const fn only_mysql(
    code: &'static str,
    message: &'static str,
    conflict: Conflict,
    aftermath: Aftermath,
) -> Refusal {
    Refusal {
        mysql_only: true,
        ..mysql(code, message, conflict, aftermath)
    }
}

const fn sqlite(
    code: &'static str,
    message: &'static str,
    conflict: Conflict,
    aftermath: Aftermath,
) -> Refusal {
    row(Backend::Sqlite, code, message, conflict, aftermath)
}

const fn row(
    backend: Backend,
    code: &'static str,
    message: &'static str,
    conflict: Conflict,
    aftermath: Aftermath,
) -> Refusal {
    Refusal {
        backend,
        code,
        message,
        conflict,
        aftermath,
        mysql_only: false,
    }
}
