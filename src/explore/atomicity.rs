//! What a statement's text tells beyond the tables: whether it may leave something on its
//! connection, and whether it reads before it writes, which others can come in between.

use std::collections::BTreeSet;

use super::Statement;
use super::footprint::{self, words};

/// More words that stand before a bracket without being a function, and functions that compute and
/// change nothing.
const PURE: &[&str] = &[
    "now",
    "cast",
    "returning",
    "of",
    "left",
    "right",
    "distinct",
    "from",
    "join",
    "select",
    "union",
    "except",
    "intersect",
    "having",
    "by",
    "limit",
    "like",
    "between",
    "is",
    "over",
    "filter",
    "lateral",
    "interval",
    "nullif",
    "ifnull",
    "greatest",
    "least",
    "row",
    "unnest",
    "generate_series",
    "array",
    "if",
    "to_jsonb",
    "jsonb_build_array",
];

/// Functions that take or give back locks, count, or say who asks: they change no row, but leave
/// something on the connection.
const HARMLESS: &[&str] = &[
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_advisory_unlock",
    "pg_advisory_unlock_shared",
    "pg_advisory_unlock_all",
    "pg_advisory_xact_lock",
    "pg_advisory_xact_lock_shared",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_try_advisory_xact_lock",
    "pg_backend_pid",
    "pg_sleep",
    "nextval",
    "currval",
    "setval",
    "lastval",
    "set_config",
    "current_setting",
    "hashtext",
    "get_lock",
    "release_lock",
    "release_all_locks",
    "concat",
    "database",
    "connection_id",
    "last_insert_id",
];

/// Whether a statement may leave something on its connection that outlasts the transaction: a
/// setting, a lock, a temporary table. What triggers do does not show in its text.
pub(super) fn leaves_traces(statement: &Statement) -> bool {
    let words = words(&statement.sql);
    let has = |word: &str| words.iter().any(|one| one == word);
    match words.first().map_or("", String::as_str) {
        // SELECT … INTO makes a table, or sets a variable on MariaDB; so does `@x := 1`.
        "select" => {
            has("into")
                || statement.sql.contains('@')
                || calls(&words, &[footprint::HARMLESS, PURE])
        }
        "insert" | "update" | "delete" => {
            has(";") || statement.sql.contains('@') || calls(&words, &[footprint::HARMLESS, PURE])
        }
        "begin" | "start" | "commit" | "rollback" | "end" | "savepoint" | "release" => has("chain"),
        "set" => words.get(1).is_none_or(|word| word != "transaction"),
        _ => true,
    }
}

/// Whether a statement does several things, one after the other, so that others can come in
/// between when it is not part of a transaction: it reads what it does not lock, and writes; it
/// calls code that may; or it is several statements. A BEGIN makes the others of its batch a part
/// of a transaction.
pub(super) fn does_several_things(statement: &Statement) -> bool {
    let words = words(&statement.sql);
    let has = |word: &str| words.iter().skip(1).any(|one| one == word);
    let writes = ["insert", "update", "delete", "replace", "merge", "call"];
    if stays_in_transaction(&words) {
        return false;
    }
    let several = are_several(&words) && words.iter().any(|word| writes.contains(&word.as_str()));
    let calls = calls(&words, &[footprint::HARMLESS, PURE, HARMLESS]);
    several
        || match words.first().map_or("", String::as_str) {
            "insert" | "update" | "delete" | "replace" => has("select") || has("join") || calls,
            "with" => {
                let writes = has("insert") || has("update") || has("delete") || has("merge");
                writes && reads_a_table(&words) || calls
            }
            "select" | "do" => calls,
            "call" | "execute" | "merge" => true,
            _ => false,
        }
}

/// Whether a statement reads nothing any more once it has begun to write, so that others can come in
/// between only before the rows that it writes: one that is all there is, and calls no code.
pub(super) fn reads_only_before_it_writes(statement: &Statement) -> bool {
    let words = words(&statement.sql);
    let first = words.first().map_or("", String::as_str);
    ["insert", "update", "delete", "merge", "with"].contains(&first)
        && !are_several(&words)
        && !calls(&words, &[footprint::HARMLESS, PURE, HARMLESS])
}

fn are_several(words: &[String]) -> bool {
    words.iter().rev().skip(1).any(|word| word == ";")
}

fn stays_in_transaction(words: &[String]) -> bool {
    let first = words.first().map_or("", String::as_str);
    let ends = ["commit", "end", "rollback", "abort"];
    matches!(first, "begin" | "start")
        && !words
            .windows(2)
            .any(|pair| pair[0] == ";" && ends.contains(&pair[1].as_str()))
}

/// Statements that were sent outside a transaction and do several things: each was taken for an
/// instant, and what others could do inside it was not explored. (SQLite, which has one writer
/// at a time, lets nobody in between.)
#[derive(Debug, Default)]
pub(super) struct AssumedAtomic {
    alone: BTreeSet<String>,
    /// Whether there were any, in a transaction or not.
    pub(super) any: bool,
}

impl AssumedAtomic {
    /// As many as anybody reads.
    const MOST: usize = 5;

    /// Remembers a statement, if it does several things. `is_alone`: it was sent outside a
    /// transaction.
    pub(super) fn see(&mut self, statement: &Statement, is_alone: bool) {
        let is_listed = is_alone && self.alone.len() < Self::MOST;
        if (is_listed || !self.any) && does_several_things(statement) {
            self.any = true;
            if is_listed {
                self.alone.insert(statement.sql.clone());
            }
        }
    }

    /// Their SQL.
    pub(super) fn listed(&self) -> Vec<String> {
        self.alone.iter().cloned().collect()
    }
}

/// Whether a statement that begins with WITH reads anything but its own parts. What it has written
/// itself it has locked: nobody comes in between.
fn reads_a_table(words: &[String]) -> bool {
    let is_part = |name: &String| {
        words
            .windows(3)
            .any(|three| three[0] == *name && three[1] == "as" && three[2] == "(")
    };
    words
        .windows(2)
        .any(|pair| matches!(pair[0].as_str(), "from" | "join" | "using") && !is_part(&pair[1]))
}

/// Whether it calls a function that is in none of the lists.
fn calls(words: &[String], known: &[&[&str]]) -> bool {
    words.windows(2).enumerate().any(|(at, pair)| {
        let names_table =
            at > 0 && matches!(words[at - 1].as_str(), "into" | "as" | "with" | "recursive");
        let name = pair[0].rsplit('.').next().unwrap_or_default();
        pair[1] == "("
            && !names_table
            && name.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && !known.iter().any(|list| list.contains(&name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(sql: &str) -> Statement {
        Statement {
            sql: sql.to_owned(),
            binds: Vec::new(),
        }
    }

    #[test]
    fn plain_statements_leave_nothing_on_the_connection() {
        for sql in [
            "SELECT \"a\".\"x\" FROM \"a\" WHERE x IN ($1) FOR UPDATE",
            "INSERT INTO a (x) VALUES ($1)",
            "UPDATE a SET x = x - 1 WHERE id = $1 AND x >= $2",
            "DELETE FROM a",
            "BEGIN",
            "BEGIN ISOLATION LEVEL SERIALIZABLE",
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION",
            "COMMIT",
            "ROLLBACK TO SAVEPOINT diesel_savepoint_1",
        ] {
            assert!(!leaves_traces(&statement(sql)), "{sql}");
        }
    }

    #[test]
    fn what_outlasts_a_transaction_is_seen() {
        for sql in [
            "SELECT pg_advisory_lock(8)",
            "SELECT GET_LOCK('zz', 0)",
            "SELECT set_config('a.b', '1', false)",
            "SET default_transaction_isolation = 'serializable'",
            "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "SELECT x INTO TEMP t FROM a",
            "SELECT @a := 1",
            "CREATE TEMPORARY TABLE t (x INT)",
            "PREPARE p AS SELECT 1",
            "LISTEN news",
            "PRAGMA foreign_keys = OFF",
            "ATTACH 'b.db' AS b",
            "CALL f()",
            "COMMIT AND CHAIN",
            "UPDATE a SET x = 1; SET x = 2",
            "",
        ] {
            assert!(leaves_traces(&statement(sql)), "{sql}");
        }
    }

    #[test]
    fn what_reads_before_it_writes_is_seen() {
        for sql in [
            "INSERT INTO a SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM a)",
            "UPDATE a SET x = (SELECT max(x) FROM a)",
            "WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone",
            "SELECT buy($1)",
            "CALL buy(1)",
            "UPDATE a SET x = 1; UPDATE b SET x = 1",
            "BEGIN; UPDATE a SET x = 1; COMMIT; UPDATE b SET x = 1",
            "MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DELETE",
        ] {
            assert!(does_several_things(&statement(sql)), "{sql}");
        }
        for sql in [
            "UPDATE a SET x = x - 1 WHERE id = 1 AND x >= 1",
            "INSERT INTO a (x) VALUES (1) ON CONFLICT (x) DO NOTHING",
            "DELETE FROM a WHERE id = 1",
            "SELECT x FROM a WHERE y IN (SELECT y FROM b)",
            "SELECT pg_advisory_lock(1)",
            "WITH t AS (UPDATE a SET x = x - 1 WHERE id = 1 AND x > 0 RETURNING id) \
             INSERT INTO b (id) SELECT id FROM t",
            "WITH t AS (UPDATE a SET x = x - $1 WHERE id = $2 RETURNING id), \
             o AS (SELECT * FROM t, unnest($3, $4) AS w (k, q)) \
             INSERT INTO b (k, id) SELECT k, id FROM o",
            "SELECT count(*) FROM a",
            "BEGIN",
            "BEGIN; SELECT x FROM a FOR UPDATE",
            "UPDATE a SET x = 1;",
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION",
        ] {
            assert!(!does_several_things(&statement(sql)), "{sql}");
        }
    }
}
