//! The address of a server: what it consists of, and what of it may be shown.

use std::fmt;

use super::secret::{hide, is_public, is_setting, may_show};
use super::url::{self, Url};
use super::{AddressError, HIDDEN, keywords};

/// PostgreSQL cuts a longer name short before it quotes it (`NAMEDATALEN`).
const LONGEST_NAME: usize = 63;

/// How to reach a server, as a URL or in libpq's form of keys and values.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerAddress {
    text: String,
    shown: String,
    /// By libpq's names, with their values decoded.
    settings: Vec<(String, String)>,
    /// How many of them stand in a URL before its `?`.
    before_query: usize,
    /// Values, and parts of them, that no message may quote.
    secrets: Vec<String>,
}

impl ServerAddress {
    pub(in crate::db) fn from_url(text: &str) -> Result<Self, AddressError> {
        let parts = url::split(text)?;
        let (hosts, ports) = url::hosts_and_ports(parts.hosts)?;
        let mut settings = Vec::new();
        for (key, part) in [
            ("user", parts.user.unwrap_or_default()),
            ("password", parts.password.unwrap_or_default()),
            ("host", &hosts),
            ("port", &ports),
            ("dbname", parts.path.unwrap_or_default()),
        ] {
            let value = url::decoded(part)?;
            if !value.is_empty() {
                settings.push((key.to_owned(), value));
            }
        }
        let before_query = settings.len();
        for (key, value) in &parts.parameters {
            settings.push((url::decoded(key)?, url::decoded(value)?));
        }
        let mut address = Self::of(text, settings, before_query)?;
        address.shown = address.shown_url(&parts);
        if let Some(password) = parts.password {
            address.secrets.push(password.to_owned());
        }
        Ok(address)
    }

    pub(super) fn from_keywords(text: &str) -> Result<Self, AddressError> {
        let mut address = Self::of(text, keywords::split(text)?, 0)?;
        address.shown = keywords::join(address.settings.iter().enumerate().map(
            |(place, (key, value))| match may_show(key, value) {
                true => (key.as_str(), value.as_str()),
                false => (address.shown_key(place, key), HIDDEN),
            },
        ));
        Ok(address)
    }

    fn of(
        text: &str,
        settings: Vec<(String, String)>,
        before_query: usize,
    ) -> Result<Self, AddressError> {
        for (_, ports) in settings.iter().filter(|(key, _)| key == "port") {
            ports.split(',').try_for_each(url::check_port)?;
        }
        let mut address = Self {
            text: text.to_owned(),
            shown: String::new(),
            settings,
            before_query,
            secrets: Vec::new(),
        };
        let mut secrets = Vec::new();
        for (place, (key, value)) in address.settings.iter().enumerate() {
            if may_show(key, value) {
                continue;
            }
            secrets.push(value.clone());
            secrets.push(value[..value.floor_char_boundary(LONGEST_NAME)].to_owned());
            if key == "host" {
                secrets.extend(value.split(',').map(str::to_owned));
            }
            if address.shown_key(place, key) != key {
                secrets.push(key.clone());
            }
        }
        address.secrets = secrets;
        Ok(address)
    }

    /// A key that is not known, behind a password, may be the rest of it.
    fn shown_key<'a>(&self, place: usize, key: &'a str) -> &'a str {
        let is_word = key.len() <= 30
            && key
                .chars()
                .all(|c| c.is_ascii_lowercase() || "_".contains(c));
        match is_setting(key) || is_word && !self.follows_a_secret(place) {
            true => key,
            false => "…",
        }
    }

    fn follows_a_secret(&self, place: usize) -> bool {
        self.settings[self.before_query..place]
            .iter()
            .any(|(key, _)| !is_public(key))
    }

    fn shown_url(&self, parts: &Url<'_>) -> String {
        let all_shown = |wanted: &str| {
            let mut named = self.settings.iter().filter(|(key, _)| key == wanted);
            named.all(|(key, value)| may_show(key, value))
        };
        let either = |part, is_shown| if is_shown { part } else { HIDDEN };
        let mut shown = format!("{}://", parts.scheme);
        if let Some(user) = parts.user {
            shown.push_str(either(user, all_shown("user")));
            if parts.password.is_some() {
                shown.push_str(&format!(":{HIDDEN}"));
            }
            shown.push('@');
        }
        shown.push_str(either(parts.hosts, all_shown("host")));
        if let Some(path) = parts.path {
            shown.push('/');
            shown.push_str(either(path, all_shown("dbname")));
        }
        for (number, (_, part)) in parts.parameters.iter().enumerate() {
            let place = self.before_query + number;
            let (key, value) = &self.settings[place];
            shown.push(if number == 0 { '?' } else { '&' });
            shown.push_str(self.shown_key(place, key));
            shown.push('=');
            shown.push_str(either(part, may_show(key, value)));
        }
        shown
    }

    /// Whether the path of the URL names a database.
    #[cfg(feature = "mysql")]
    pub(super) fn names_database(&self) -> bool {
        let path = self.settings[..self.before_query].iter();
        path.into_iter().any(|(key, _)| key == "dbname")
    }

    /// The value of a setting, by libpq's name for it; of several the last.
    pub(in crate::db) fn setting(&self, name: &str) -> Option<&str> {
        let named = self.settings.iter().rev().find(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// As `--database` takes it, with the password in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// As it may be shown: with `***` for whatever may be a secret.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// For libpq, in its form of keys and values, with these for what it does not say itself. So
    /// libpq never splits a URL in another place than we do.
    pub(in crate::db) fn for_libpq(&self, otherwise: &[(&str, &str)]) -> String {
        // JDBC's name for it, which libpq takes in a URL.
        let name = |key: &str, value: &str| (key == "ssl" && value == "true").then_some("sslmode");
        let is_url = self.text.contains("://");
        let given =
            self.settings
                .iter()
                .map(|(key, value)| match name(key, value).filter(|_| is_url) {
                    Some(name) => (name, "require"),
                    None => (key.as_str(), value.as_str()),
                });
        let added = otherwise
            .iter()
            .filter(|(key, _)| self.settings.iter().all(|(given, _)| given != key));
        keywords::join(given.chain(added.copied()))
    }

    /// `words` of a server's or a library's, without what they quote of our secrets.
    pub(in crate::db) fn without_secrets(&self, words: &str) -> String {
        let mut secrets: Vec<&str> = self.secrets.iter().map(String::as_str).collect();
        // Of two that begin alike, the longer is looked for first.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.retain(|secret| !secret.is_empty() && !self.shows(secret));
        let mut words = words.to_owned();
        for secret in secrets {
            words = hide(&words, secret);
        }
        words
    }

    /// Whether it is the value of something that may be shown: `postgres:postgres@`, say.
    fn shows(&self, text: &str) -> bool {
        self.settings
            .iter()
            .any(|(key, value)| value == text && may_show(key, value))
    }
}

/// Shows no password, as every text about it.
impl fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServerAddress").field(&self.shown).finish()
    }
}
