//! What a statement of MariaDB's or MySQL's can be to other sessions.

use super::statement_kind::StatementKind;

/// Functions that say something of the server or the session, or compute.
const PLAIN: [&str; 38] = [
    "version",
    "database",
    "schema",
    "user",
    "current_user",
    "session_user",
    "connection_id",
    "last_insert_id",
    "row_count",
    "found_rows",
    "concat",
    "concat_ws",
    "coalesce",
    "nullif",
    "ifnull",
    "if",
    "lower",
    "upper",
    "cast",
    "convert",
    "convert_tz",
    "count",
    "replace",
    "substring",
    "substr",
    "length",
    "char_length",
    "timediff",
    "utc_timestamp",
    "unix_timestamp",
    "group_concat",
    "date",
    "in",
    "any",
    "exists",
    "and",
    "or",
    "binary",
];

/// Functions that compute over rows.
const AGGREGATES: [&str; 8] = [
    "sum", "max", "min", "avg", "abs", "now", "greatest", "least",
];

/// Words that a parenthesis may follow.
const KEYWORDS: [&str; 13] = [
    "select", "from", "where", "join", "on", "not", "as", "values", "case", "when", "then",
    "using", "by",
];

/// What SHOW shows of what others are doing.
const LIVE: [&str; 7] = [
    "engine",
    "status",
    "processlist",
    "open",
    "binlog",
    "slave",
    "replica",
];

/// The kind of a statement, from its words.
pub(super) fn kind(words: &[String]) -> StatementKind {
    let at = |index: usize| words.get(index).map_or("", String::as_str);
    let has = |word: &str| words.iter().any(|one| one == word);
    match (at(0), at(1)) {
        // It takes the snapshot.
        ("begin" | "start", _) if has("snapshot") => StatementKind::Step,
        ("begin", _) | ("start", "transaction") => StatementKind::Begin,
        ("commit" | "rollback", _) => StatementKind::End,
        // Each ends the transaction; both are said of commands that are no SQL.
        ("reset", "connection") | ("change", "user") => StatementKind::Reset,
        ("set", _) => set(words),
        ("show", _) if LIVE.iter().any(|live| has(live)) => StatementKind::Step,
        ("show" | "use" | "help" | "savepoint" | "release" | "deallocate", _) => {
            StatementKind::Private
        }
        ("describe" | "desc", _) if !has("select") => StatementKind::Private,
        ("select", _) if looks_at_nothing_of_others(words) => StatementKind::Private,
        _ => StatementKind::Step,
    }
}

/// SET may ask, call, or set something for all; and AUTOCOMMIT may end a transaction.
fn set(words: &[String]) -> StatementKind {
    let matters = |word: &String| {
        let word = word.trim_start_matches('@');
        matches!(
            word,
            "select" | "global" | "persist" | "persist_only" | "password" | "role"
        ) || word == "statement"
    };
    if words.iter().any(matters) || calls_unknown_function(words) {
        return StatementKind::Step;
    }
    let names = words.iter().any(|word| word.contains("autocommit"));
    match names {
        true => StatementKind::End,
        false => StatementKind::Private,
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// Whether a statement calls a function that may do anything.
pub(super) fn calls_unknown_function(words: &[String]) -> bool {
    words.windows(2).any(|pair| {
        let name = pair[0].as_str();
        pair[1] == "("
            && is_name(name)
            && !PLAIN.contains(&name)
            && !AGGREGATES.contains(&name)
            && !KEYWORDS.contains(&name)
    })
}

/// Whether a SELECT reads only catalogs, variables and constants, which takes no snapshot. When in
/// doubt it does not.
fn looks_at_nothing_of_others(words: &[String]) -> bool {
    let stops = ["into", "for", "lock", "with", "next", "previous"];
    if words.iter().any(|word| stops.contains(&word.as_str())) || calls_unknown_function(words) {
        return false;
    }
    let mut in_from = false;
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).map_or("", String::as_str);
        let table = words.get(at + 3).map_or("", String::as_str);
        let is_private = next == "(" || next == "dual" || is_catalog(next, table);
        match word.as_str() {
            "from" | "join" => {
                in_from = true;
                if !is_private {
                    return false;
                }
            }
            "where" | "group" | "order" | "limit" | "on" | "select" => in_from = false,
            "," if in_from && !is_private => return false,
            _ => {}
        }
    }
    true
}

/// Whether it is a catalog of what there is, and not of what others do.
fn is_catalog(schema: &str, table: &str) -> bool {
    let tables = [
        "tables",
        "columns",
        "statistics",
        "schemata",
        "key_column_usage",
        "table_constraints",
        "referential_constraints",
        "check_constraints",
        "character_sets",
        "collations",
        "engines",
        "routines",
        "parameters",
        "triggers",
        "views",
    ];
    schema == "information_schema" && tables.contains(&table.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::mysql_lexer::statements;

    fn of(sql: &str) -> StatementKind {
        kind(&statements(sql)[0])
    }

    #[test]
    fn what_concerns_its_own_session_alone_is_no_choice() {
        for sql in [
            "SET NAMES utf8mb4",
            "SET @@SESSION.sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'), @@wait_timeout = 9",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "SET @x = 1",
            "SHOW VARIABLES LIKE 'sql_mode'",
            "SHOW FULL FIELDS FROM `orders`",
            "USE shop",
            "SAVEPOINT `a`",
            "SELECT 1",
            "SELECT @@transaction_isolation, VERSION(), DATABASE()",
            "SELECT LAST_INSERT_ID()",
            "SELECT table_name FROM information_schema.tables WHERE table_schema = database()",
        ] {
            assert_eq!(of(sql), StatementKind::Private, "{sql}");
        }
    }

    #[test]
    fn what_may_matter_to_others_is_a_step() {
        for sql in [
            "SELECT units FROM stock",
            "SELECT units FROM `stock` FOR UPDATE",
            "SELECT GET_LOCK('a', 1)",
            "SET @x = (SELECT units FROM stock)",
            "SET @x = GET_LOCK('a', 1)",
            "SET @@global.autocommit = 0",
            "SELECT * FROM information_schema.innodb_trx",
            "SELECT buy(1)",
            "SHOW ENGINE INNODB STATUS",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT",
            "LOCK TABLES stock WRITE",
            "UNLOCK TABLES",
            "DO RELEASE_LOCK('a')",
            "SELECT NEXT VALUE FOR s",
            "/*!50000 DELETE FROM stock */",
            "CALL buy(1)",
        ] {
            assert_eq!(of(sql), StatementKind::Step, "{sql}");
        }
        assert_eq!(of("START TRANSACTION READ WRITE"), StatementKind::Begin);
        assert_eq!(of("BEGIN"), StatementKind::Begin);
        assert_eq!(of("RESET CONNECTION"), StatementKind::Reset);
        for sql in ["COMMIT", "ROLLBACK TO SAVEPOINT a", "SET autocommit=1"] {
            assert_eq!(of(sql), StatementKind::End, "{sql}");
        }
    }
}
