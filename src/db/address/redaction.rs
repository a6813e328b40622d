//! What may be shown of a text that names a database, or was meant to.

use super::{Address, AddressError, keywords};

/// What stands for a secret.
pub(super) const HIDDEN: &str = "***";

/// `text` as it may be shown: with `***` for the password, wherever it stands. Of what cannot be
/// read, next to nothing is shown.
pub fn redact(text: &str) -> String {
    match text.parse::<Address>() {
        // There are two words for one server.
        Ok(address) if address.is_private() => text.to_owned(),
        Ok(address) => address.shown(),
        Err(_) => veiled(text),
    }
}

/// A word of a command line as it may be shown: it is taken for an address only where it can be
/// one, or ends in one, as `--database=…` does.
pub fn redact_word(word: &str) -> String {
    if let Some((option, value)) = word.split_once('=')
        && option.starts_with("--")
        && !option.contains(['@', ':'])
    {
        return format!("{option}={}", redact_word(value));
    }
    let short = word.strip_prefix('-').filter(|it| !it.starts_with('-'));
    if let Some(letter) = short.and_then(|it| it.chars().next()) {
        let (option, value) = word.split_at(1 + letter.len_utf8());
        let (sign, value) = match value.strip_prefix('=') {
            Some(value) => ("=", value),
            None => ("", value),
        };
        return format!("{option}{sign}{}", redact_word(value));
    }
    let lower = word.to_ascii_lowercase();
    let has = |what: &str| lower.contains(what);
    let speaks_of_one = ["pass", "pwd", "secret"].into_iter().any(has) && has("=");
    let has_user = has("@") && has(":");
    let is_file = lower.starts_with("sqlite:") || lower.starts_with("file:");
    if has("://")
        || speaks_of_one
        || has_user
        || is_file
        || keywords::is_one(word)
        || word.parse::<Address>().is_ok()
    {
        redact(word)
    } else {
        word.to_owned()
    }
}

/// What may be shown of a text that is no address: a word or a path, and a scheme.
pub(super) fn veiled(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./~+".contains(letter);
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    if let Some((scheme, _)) = text.split_once("://")
        && is_scheme(scheme)
    {
        return format!("{scheme}://…");
    }
    match text.split_once(':') {
        Some((scheme @ ("sqlite" | "file"), _)) => format!("{scheme}:…"),
        _ => "…".to_owned(),
    }
}

fn is_scheme(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    (1..=24).contains(&text.len()) && text.chars().all(is_letter)
}

/// The error for a text that is no address of any form.
pub(super) fn unknown(text: &str) -> AddressError {
    let shown = veiled(text);
    if shown == text && text.contains(['/', '.']) {
        AddressError::LooksLikeFile(shown)
    } else {
        AddressError::Unknown(shown)
    }
}
