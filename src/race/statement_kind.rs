//! What a statement can be to other sessions: the ones that it cannot matter to are no choice.

/// What a statement can be to other sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatementKind {
    /// Nothing: it concerns its own session alone.
    Private,
    /// It begins a transaction.
    Begin,
    /// It reads nothing but catalogs and constants. As the first of a transaction it decides
    /// what state of the database the transaction sees, where that is one state throughout.
    Look,
    /// It ends a transaction, or goes back in it: nothing to others where that has done nothing.
    End,
    /// It gives back every advisory lock of its session.
    Unlock,
    /// It does both.
    Reset,
    /// Anything else.
    Step,
}

/// Functions that say something of the server or the session, or compute.
const PLAIN: [&str; 39] = [
    "hashtext",
    "hashtextextended",
    "version",
    "current_schema",
    "current_schemas",
    "current_database",
    "current_setting",
    "set_config",
    "pg_backend_pid",
    "pg_is_in_recovery",
    "pg_encoding_to_char",
    "pg_table_is_visible",
    "pg_type_is_visible",
    "pg_get_expr",
    "pg_get_indexdef",
    "pg_get_constraintdef",
    "pg_get_userbyid",
    "pg_get_serial_sequence",
    "format_type",
    "obj_description",
    "col_description",
    "to_regclass",
    "to_regtype",
    "quote_ident",
    "array_agg",
    "array_to_string",
    "array_position",
    "generate_subscripts",
    "unnest",
    "string_agg",
    "coalesce",
    "nullif",
    "count",
    "lower",
    "any",
    "in",
    "exists",
    "and",
    "or",
];

/// Catalogs that show what other sessions are doing, or rows.
const LIVE: [&str; 5] = [
    "pg_locks",
    "pg_stat",
    "pg_prepared",
    "pg_sequences",
    "pg_largeobject",
];

impl StatementKind {
    /// The kind of a statement, from its words.
    pub(super) fn of(words: &[String]) -> Self {
        let at = |index: usize| words.get(index).map_or("", String::as_str);
        let has = |word: &str| words.iter().any(|one| one == word);
        match (at(0), at(1)) {
            ("begin" | "start", _) => Self::Begin,
            ("commit" | "rollback", "prepared") | ("prepare", "transaction") => Self::Step,
            ("commit" | "end" | "rollback" | "abort", _) => Self::End,
            ("set", "constraints") => Self::Step,
            ("set", _) if has("snapshot") => Self::Step,
            ("discard", "all") => Self::Unlock,
            (
                "set" | "show" | "reset" | "discard" | "savepoint" | "release" | "close" | "listen"
                | "unlisten" | "deallocate",
                _,
            ) => Self::Private,
            ("select", "pg_advisory_unlock_all") => Self::Unlock,
            ("select", _) if looks_at_nothing_of_others(words) => Self::Look,
            _ => Self::Step,
        }
    }
}

/// Functions that compute over rows.
const AGGREGATES: [&str; 6] = ["sum", "max", "min", "avg", "abs", "now"];

/// Whether a statement calls a function that may do anything.
pub(super) fn calls_unknown_function(words: &[String]) -> bool {
    words.windows(2).any(|pair| {
        let name = pair[0].as_str();
        pair[1] == "("
            && name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
            && !PLAIN.contains(&name)
            && !AGGREGATES.contains(&name)
            && !is_keyword(name)
            && !is_transaction_lock(name)
    })
}

/// Whether a function takes an advisory lock that goes with the transaction.
pub(super) fn is_transaction_lock(function: &str) -> bool {
    let name = function.rsplit('.').next().unwrap_or_default();
    ["pg_advisory_xact_lock", "pg_try_advisory_xact_lock"]
        .iter()
        .any(|known| name.starts_with(known))
}

/// Whether a SELECT reads only catalogs and constants. When in doubt it does not.
fn looks_at_nothing_of_others(words: &[String]) -> bool {
    let stops = ["into", "for", "with"];
    if words.iter().any(|word| stops.contains(&word.as_str())) {
        return false;
    }
    let is_name =
        |word: &str| word.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
    let mut in_from = false;
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).map_or("", String::as_str);
        if next == "(" && is_name(word) && !PLAIN.contains(&word.as_str()) && !is_keyword(word) {
            return false;
        }
        match word.as_str() {
            "from" | "join" => {
                in_from = true;
                if next != "(" && !is_catalog(next) {
                    return false;
                }
            }
            "where" | "group" | "order" | "limit" | "on" | "select" => in_from = false,
            "," if in_from && next != "(" && !is_catalog(next) => return false,
            _ => {}
        }
    }
    true
}

fn is_keyword(word: &str) -> bool {
    [
        "select", "from", "where", "join", "on", "not", "as", "values", "case", "when", "then",
    ]
    .contains(&word)
}

fn is_catalog(name: &str) -> bool {
    let is_live = LIVE.iter().any(|live| name.starts_with(live));
    name.starts_with("pg_") && !is_live || name == "information_schema"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::lexer::statements;

    fn kind(sql: &str) -> StatementKind {
        StatementKind::of(&statements(sql)[0])
    }

    #[test]
    fn what_concerns_its_own_session_alone_is_no_choice() {
        for sql in [
            "SET search_path TO shop",
            "SHOW transaction_isolation",
            "SAVEPOINT a",
            "RELEASE SAVEPOINT a",
            "CLOSE ALL",
            "LISTEN news",
            "DEALLOCATE s1",
        ] {
            assert_eq!(kind(sql), StatementKind::Private, "{sql}");
        }
    }

    #[test]
    fn a_look_at_catalogs_and_constants_is_told_from_a_read() {
        for sql in [
            "SELECT 1",
            "select pg_catalog.version()",
            "SELECT set_config('TimeZone', 'UTC', false)",
            "SELECT c.relname FROM pg_catalog.pg_class AS c JOIN pg_namespace n ON n.oid = c.relnamespace",
            "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('public')",
        ] {
            assert_eq!(kind(sql), StatementKind::Look, "{sql}");
        }
        for sql in [
            "SELECT pg_advisory_lock(1)",
            "SELECT nextval('s')",
            "SELECT units FROM stock",
            "SELECT 1 FROM pg_class, stock",
            "SELECT * FROM pg_stat_activity",
            "SELECT * FROM pg_locks",
            "SELECT buy(1)",
            "SELECT oid FROM pg_class FOR UPDATE",
            "WITH a AS (DELETE FROM b RETURNING *) SELECT 1",
            "SET CONSTRAINTS ALL IMMEDIATE",
            "COMMIT PREPARED 'x'",
            "FETCH 1 FROM c",
            "LOCK TABLE stock",
            "NOTIFY news",
            "SELECT x INTO y FROM pg_class",
        ] {
            assert_eq!(kind(sql), StatementKind::Step, "{sql}");
        }
        assert_eq!(kind("ROLLBACK TO SAVEPOINT a"), StatementKind::End);
        assert_eq!(
            kind("SELECT pg_advisory_unlock_all()"),
            StatementKind::Unlock
        );
    }
}
