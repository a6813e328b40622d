//! A text of MariaDB's or MySQL's SQL as statements, and a statement as words.

/// The statements of a text, split where a semicolon is no part of a string, a name or a comment,
/// each as its words, in lower case: names, keywords and signs. A string is one word, with its
/// quotes, and a comment none, unless it is one that the server executes.
pub(super) fn statements(text: &str) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else if first == '#' || is_dashes(rest) {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(length) = executed(rest) {
            length
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("*/") {
            2
        } else if first == ';' {
            found.push(Vec::new());
            1
        } else {
            let (word, length) = word(rest, first);
            if let Some(words) = found.last_mut() {
                words.push(word);
            }
            length
        };
        rest = &rest[length..];
    }
    found.retain(|words| !words.is_empty());
    found
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

/// The length of what is quoted at the beginning. A doubled quote goes on.
fn quoted(rest: &str, quote: char, escapes: bool) -> usize {
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if escapes && letter == '\\' {
            letters.next();
        } else if letter == quote && letters.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    rest.len()
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
