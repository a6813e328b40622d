//! libpq's other form of an address, `host=… dbname=…` (manual, 34.1.1.1).

use super::AddressError;
use super::AddressError::Malformed;

/// What such an address begins with. libpq takes every text with a `=` for one; a file may be
/// called so, and other products write `Server=…;Password=…`.
const FIRST: [&str; 15] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "passfile",
    "password",
    "port",
    "service",
    "sslmode",
    "sslpassword",
    "target_session_attrs",
    "user",
];

/// Whether `text` is of this form.
pub(super) fn is_one(text: &str) -> bool {
    text.split_once('=')
        .is_some_and(|(key, _)| FIRST.contains(&key.trim()))
}

/// Its keys and values, in their order.
///
/// # Errors
/// It breaks libpq's grammar; shows nothing of it.
pub(super) fn split(text: &str) -> Result<Vec<(String, String)>, AddressError> {
    if text.contains('\0') {
        return Err(Malformed("it contains a NUL"));
    }
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, behind) = rest.split_once('=').ok_or(Malformed(
            "it has a word without '='; put a value that contains a space in single quotes",
        ))?;
        let key = key.trim_end();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(Malformed(
                "a key is one word before its '='; put a value that contains a space in single quotes",
            ));
        }
        let (value, behind) = take_value(behind.trim_start())?;
        pairs.push((key.to_owned(), value));
        rest = behind.trim_start();
    }
    Ok(pairs)
}

/// The value that `text` begins with, and what stands behind it.
fn take_value(text: &str) -> Result<(String, &str), AddressError> {
    let inside = text.strip_prefix('\'');
    let mut value = String::new();
    let mut letters = inside.unwrap_or(text).chars();
    loop {
        match letters.next() {
            None if inside.is_some() => return Err(Malformed("a quote is not closed")),
            None => break,
            Some('\'') if inside.is_some() => return Ok((value, letters.as_str())),
            Some('\\') => value.extend(letters.next()),
            Some(letter) if inside.is_none() && letter.is_whitespace() => break,
            Some(letter) => value.push(letter),
        }
    }
    let next = value.split_once(';').map(|(_, behind)| behind);
    if next.is_some_and(|behind| behind.contains('=')) {
        return Err(Malformed(
            "its parts are separated by spaces, not by ';'; put a value that contains a ';' in single quotes",
        ));
    }
    Ok((value, letters.as_str()))
}

/// The pairs as one text again, which [`split`] reads.
pub(super) fn join<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let words: Vec<String> = pairs
        .map(|(key, value)| format!("{key}={}", quoted(value)))
        .collect();
    words.join(" ")
}

fn quoted(value: &str) -> String {
    let odd = |letter: char| letter.is_whitespace() || "'\\;".contains(letter);
    if !value.is_empty() && !value.contains(odd) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}
