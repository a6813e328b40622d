//! A text of SQL as statements, and a statement as words.

/// The statements of a text, split where a semicolon is no part of a string, a name or a comment,
/// each as its words, in lower case: names, keywords and signs. A string is one word, with its
/// quotes, and a comment none.
pub(super) fn statements(text: &str) -> Vec<Vec<String>> {
    split(text, comments, word)
}

/// The same by a dialect's own `comments`, which gives the length of the one at the beginning if
/// there is one, and its own `word`, which gives the one at the beginning, and how long it is.
pub(super) fn split(
    text: &str,
    comments: fn(&str) -> Option<usize>,
    word: fn(&str, char) -> (String, usize),
) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else if let Some(length) = comments(rest) {
            length
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

/// The length of the comment at the beginning, if there is one.
fn comments(rest: &str) -> Option<usize> {
    if rest.starts_with("--") {
        return Some(rest.find(['\n', '\r']).unwrap_or(rest.len()));
    }
    rest.starts_with("/*").then(|| comment(rest))
}

/// The word at the beginning, and how long it is.
fn word(rest: &str, first: char) -> (String, usize) {
    if first == '\'' {
        return string(rest, quoted(rest, '\'', false));
    }
    if matches!(first, 'E' | 'e') && rest[1..].starts_with('\'') {
        return string(rest, 1 + quoted(&rest[1..], '\'', true));
    }
    if first == '"' {
        let length = quoted(rest, '"', false);
        let name = rest[..length].trim_matches('"').to_owned();
        return (name, length);
    }
    if let Some(length) = dollars(rest) {
        return string(rest, length);
    }
    let is_part = |letter: char| letter.is_alphanumeric() || "_$".contains(letter);
    let length = match is_part(first) {
        true => rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()),
        false => first.len_utf8(),
    };
    (rest[..length].to_lowercase(), length)
}

fn string(rest: &str, length: usize) -> (String, usize) {
    (rest[..length].to_lowercase(), length)
}

/// The length of what is quoted at the beginning. A doubled quote goes on.
pub(super) fn quoted(rest: &str, quote: char, escapes: bool) -> usize {
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

/// The length of a string in `$tag$` at the beginning.
fn dollars(rest: &str) -> Option<usize> {
    let tag = rest.strip_prefix('$')?.split_once('$')?.0;
    let is_tag = !tag.starts_with(|letter: char| letter.is_ascii_digit())
        && tag
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_');
    let delimiter = format!("${tag}$");
    is_tag.then(|| {
        let inside = &rest[delimiter.len()..];
        let end = inside.find(&delimiter).map(|at| at + delimiter.len());
        delimiter.len() + end.unwrap_or(inside.len())
    })
}

/// The length of the comment at the beginning; one may be in another.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            inside if inside.starts_with("/*") => (depth, at) = (depth + 1, at + 2),
            inside if inside.starts_with("*/") => (depth, at) = (depth - 1, at + 2),
            inside => at += inside.chars().next().map_or(1, char::len_utf8),
        }
        if depth == 0 {
            return at;
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
            words("SELECT 'a;''b', \"C;d\"; ;"),
            ["select 'a;''b' , C;d"]
        );
        assert_eq!(
            words("SELECT E'it\\'s;' -- x;y\n; /* /* ; */ ; */"),
            ["select e'it\\'s;'"]
        );
        assert_eq!(
            words("DO $x$ ;$$; $x$; COMMIT"),
            ["do $x$ ;$$; $x$", "commit"]
        );
        assert_eq!(words("SELECT $1::int"), ["select $1 : : int"]);
        assert_eq!(words("'open"), ["'open"]);
    }
}
