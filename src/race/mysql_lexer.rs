//! A text of MariaDB's or MySQL's SQL as statements, and a statement as words.

use super::lexer::{quoted, split};

/// The statements of a text, split where a semicolon is no part of a string, a name or a comment,
/// each as its words, in lower case: names, keywords and signs. A string is one word, with its
/// quotes, and a comment none, unless it is one that the server executes.
pub(super) fn statements(text: &str) -> Vec<Vec<String>> {
    split(text, comments, word)
}

/// The length of what is no part of a statement at the beginning, if anything is.
fn comments(rest: &str) -> Option<usize> {
    if rest.starts_with('#') || is_dashes(rest) {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if let Some(length) = executed(rest) {
        return Some(length);
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    // The end of one that the server executes.
    rest.starts_with("*/").then_some(2)
}

/// Two dashes begin a comment only before a space.
fn is_dashes(rest: &str) -> bool {
    rest.strip_prefix("--")
        .is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace))
}

/// The length of what begins a comment that the server executes: `/*!50101`, `/*M!`.
fn executed(rest: &str) -> Option<usize> {
    let inside = rest
        .strip_prefix("/*!")
        .or_else(|| rest.strip_prefix("/*M!"))?;
    let version = inside.trim_start_matches(|letter: char| letter.is_ascii_digit());
    Some(rest.len() - version.len())
}

/// The word at the beginning, and how long it is.
fn word(rest: &str, first: char) -> (String, usize) {
    if matches!(first, '\'' | '"') {
        let length = quoted(rest, first, true);
        return (rest[..length].to_lowercase(), length);
    }
    if first == '`' {
        let length = quoted(rest, first, false);
        return (rest[..length].trim_matches('`').to_owned(), length);
    }
    let is_part = |letter: char| letter.is_alphanumeric() || "_$@".contains(letter);
    let length = match is_part(first) {
        true => rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()),
        false => first.len_utf8(),
    };
    (rest[..length].to_lowercase(), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_split_at_semicolons_that_are_nothing_else() {
        let words = |text: &str| -> Vec<String> {
            let found = statements(text);
            found.iter().map(|words| words.join(" ")).collect()
        };
        assert_eq!(words("BEGIN; SELECT 1;"), ["begin", "select 1"]);
        assert_eq!(
            words(r#"SELECT 'a\';b', "c;""d", `E;f` # x;y"#),
            [r#"select 'a\';b' , "c;""d" , E;f"#]
        );
        assert_eq!(words("SELECT 1 -- x;y\n; /* ; */ ;"), ["select 1"]);
        assert_eq!(words("SELECT 1--1"), ["select 1 - - 1"]);
        assert_eq!(
            words("/*!40101 SET NAMES utf8 */; COMMIT"),
            ["set names utf8", "commit"]
        );
        assert_eq!(words("SELECT @@version"), ["select @@version"]);
    }
}
