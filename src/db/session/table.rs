//! The one table of settings.

use super::Setting;
use crate::db::Backend;

/// No limit, as MariaDB and MySQL write it.
const ALL_ROWS: &str = "18446744073709551615";

/// The defaults of `sql_mode` in MariaDB from 10.2.4, MySQL 8 and MySQL 5.7.
const SQL_MODES: &[&str] = &[
    "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
];

/// Every setting that lockbench sets in each session, since another value would change what is
/// measured or audited. Each row is put to the test on a live server
/// (`tests/all/databases/session_settings.rs`), but for those of versions that are not at hand.
///
/// PostgreSQL 15 manual, chapter 20, by section; MariaDB Knowledge Base and MySQL 8.4 Reference
/// Manual, by the page that has the variable's name; <https://sqlite.org/pragma.html>.
#[rustfmt::skip]
pub const TABLE: &[Setting] = &[
    postgres("default_transaction_isolation", "read committed", "20.11.1", "a statement outside a transaction would run at another level than its strategy says"),
    postgres("default_transaction_read_only", "off", "20.11.1", "nothing could be sold"),
    postgres("default_transaction_deferrable", "off", "20.11.1", "a read-only serializable transaction would wait for others to end"),
    postgres("row_security", "off", "20.11.1", "a policy would hide rows from the audit without a word").or(&["on"]),
    postgres("session_replication_role", "origin", "20.11.1", "triggers and rules would be left out"),
    postgres("statement_timeout", "0", "20.11.1", "a buyer who waits in line would be cut off"),
    postgres("lock_timeout", "0", "20.11.1", "a buyer who waits in line would be cut off"),
    postgres("idle_in_transaction_session_timeout", "0", "20.11.1", "a buyer who thinks would lose the connection"),
    postgres("idle_session_timeout", "0", "20.11.1", "a session that waits for its turn would be closed"),
    // PostgreSQL 17 manual, 19.11.1.
    postgres("transaction_timeout", "0", "20.11.1", "a buyer who thinks would lose the connection"),
    postgres("exit_on_error", "off", "20.14", "every conflict would cost the connection"),
    postgres("standard_conforming_strings", "on", "20.13.1", "a backslash in a text would mean something else"),
    postgres("transform_null_equals", "off", "20.13.2", "a comparison with NULL would mean something else"),

    mysql("autocommit", "ON", "", "a statement outside a transaction would not commit"),
    mysql("completion_type", "NO_CHAIN", "", "a COMMIT would begin the next transaction").or(&["0"]),
    mysql("sql_select_limit", ALL_ROWS, "", "reads would end after so many rows without a word, those of the audit among them"),
    mysql("sql_safe_updates", "OFF", "", "an UPDATE or DELETE of a whole table would be refused"),
    mysql("max_join_size", ALL_ROWS, "", "items could not be laid out in rows"),
    mysql("sql_big_selects", "ON", "", "items could not be laid out in rows"),
    mysql("tx_isolation", "REPEATABLE-READ", "M!", "a statement outside a transaction would run at another level than its strategy says"),
    mysql("transaction_isolation", "REPEATABLE-READ", "!50720", "a statement outside a transaction would run at another level than its strategy says"),
    mysql("tx_read_only", "OFF", "M!", "nothing could be sold"),
    mysql("transaction_read_only", "OFF", "!50720", "nothing could be sold"),
    mysql("sql_mode", "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION", "", "statements would be read in another dialect (ORACLE, ANSI_QUOTES, PIPES_AS_CONCAT, NO_BACKSLASH_ESCAPES), or values bent to fit").or(SQL_MODES),
    mysql("max_statement_time", "0", "M!", "a buyer who waits in line would be cut off"),
    mysql("max_execution_time", "0", "!50720", "a buyer who reads would be cut off"),
    mysql("innodb_lock_wait_timeout", "50", "", "a buyer who waits in line would be cut off"),
    mysql("lock_wait_timeout", "86400", "", "whoever waits for a table would be cut off").or(&["31536000"]),
    mysql("wait_timeout", "28800", "", "a session that waits for its turn would be closed"),
    mysql("idle_transaction_timeout", "0", "M!100300", "a buyer who thinks would lose the connection"),
    mysql("idle_readonly_transaction_timeout", "0", "M!100300", "a buyer who thinks would lose the connection"),
    mysql("idle_write_transaction_timeout", "0", "M!100300", "a buyer who thinks would lose the connection"),
    mysql("unique_checks", "ON", "", "an order could be recorded twice"),

    sqlite("query_only", "0", "nothing could be sold"),
    sqlite("read_uncommitted", "0", "with a shared cache a buyer would read what was never committed"),
    sqlite("locking_mode", "normal", "the first connection would keep all others out"),
    sqlite("reverse_unordered_selects", "0", "rows without an order would come the other way round"),
    sqlite("ignore_check_constraints", "0", "a constraint would hold nothing"),
    sqlite("recursive_triggers", "0", "a trigger would fire itself"),
];

const fn postgres(
    name: &'static str,
    needed: &'static str,
    manual: &'static str,
    why: &'static str,
) -> Setting {
    row(Backend::Postgres, name, needed, manual, "", why)
}

/// `only` as in [`Setting::only`].
const fn mysql(
    name: &'static str,
    needed: &'static str,
    only: &'static str,
    why: &'static str,
) -> Setting {
    row(Backend::Mysql, name, needed, name, only, why)
}

const fn sqlite(name: &'static str, needed: &'static str, why: &'static str) -> Setting {
    row(Backend::Sqlite, name, needed, name, "", why)
}

const fn row(
    backend: Backend,
    name: &'static str,
    needed: &'static str,
    manual: &'static str,
    only: &'static str,
    why: &'static str,
) -> Setting {
    Setting {
        backend,
        name,
        needed,
        as_good: &[],
        why,
        manual,
        only,
    }
}

impl Setting {
    const fn or(self, as_good: &'static [&'static str]) -> Self {
        Self { as_good, ..self }
    }
}
