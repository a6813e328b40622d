//! What can be told of a text without the catalogs.

/// The methods by which calls to the outside are known.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Statements that neither make nor rename a table, and do not run others.
const KEEP_NAMES: [&str; 32] = [
    "select",
    "insert",
    "update",
    "delete",
    "with",
    "values",
    "table",
    "merge",
    "begin",
    "start",
    "commit",
    "end",
    "rollback",
    "abort",
    "savepoint",
    "release",
    "prepare",
    "deallocate",
    "set",
    "show",
    "reset",
    "discard",
    "listen",
    "unlisten",
    "notify",
    "lock",
    "declare",
    "fetch",
    "move",
    "close",
    "copy",
    "execute",
];

/// Whether a statement that begins so leaves all names as they are.
pub(super) fn keeps_names(first: &str) -> bool {
    KEEP_NAMES.contains(&first)
}

/// The name of the table that a plain INSERT, UPDATE or DELETE changes.
pub(super) fn target(words: &[String]) -> Option<&str> {
    let mut rest = match words.first()?.as_str() {
        "update" => &words[1..],
        "insert" | "delete" => words.get(2..)?,
        _ => return None,
    };
    if rest.first()? == "only" {
        rest = &rest[1..];
    }
    match rest {
        [_, dot, _, other, ..] if dot == "." && other == "." => None,
        [_, dot, table, ..] if dot == "." => Some(table),
        [table, ..] => Some(table),
        [] => None,
    }
}

/// Whether a word is a string, or a parameter.
pub(super) fn is_string(word: &str) -> bool {
    word.starts_with('\'') || word.starts_with("e'") || word.starts_with('$')
}

/// Whether a name may stand in a text in a way in which it is not found there.
pub(super) fn is_odd(name: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "_ -.".contains(letter);
    !name.chars().all(plain)
}

/// Whether a text may hide a name, by escapes or by spaces that are none for the server.
pub(super) fn is_obscure(sql: &str) -> bool {
    let escapes = ["U&\"", "u&\""];
    escapes.iter().any(|it| sql.contains(it))
        || sql.contains("\"\"")
        || sql.contains(|letter: char| letter.is_whitespace() && !letter.is_ascii())
}

/// Whether it is a call to the outside: a method and a path. A comment is none.
pub(in crate::race) fn is_call(sql: &str) -> bool {
    sql.split_once(' ').is_some_and(|(method, path)| {
        METHODS.contains(&method) && path.starts_with('/') && !path.starts_with("/*")
    })
}
