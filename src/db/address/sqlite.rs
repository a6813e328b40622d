//! The address of a SQLite file, as SQLite's own URIs (<https://www.sqlite.org/uri.html>), sqlx
//! and SQLAlchemy write it.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::AddressError;
use super::AddressError::{InMemory, Malformed, NoPath, SqliteParameter};

/// A SQLite file, and how it is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteFile {
    path: PathBuf,
    mode: Mode,
    shared_cache: Option<bool>,
    immutable: bool,
    other_reading: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// `ro`: nothing is written.
    ReadOnly,
    /// `rw`: the file must be there.
    ReadWrite,
    /// `rwc`, and where nothing is said: the file is made where it is missing.
    Create,
}

impl From<PathBuf> for SqliteFile {
    fn from(path: PathBuf) -> Self {
        Self {
            path,
            mode: Mode::Create,
            shared_cache: None,
            immutable: false,
            other_reading: None,
        }
    }
}

impl AsRef<Path> for SqliteFile {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

impl SqliteFile {
    /// Reads what stands behind `sqlite:`.
    pub(super) fn parse(rest: &str) -> Result<Self, AddressError> {
        let Some(after_two) = rest.strip_prefix("//") else {
            return match rest.strip_prefix("file:") {
                Some(uri) => Self::parse_uri(uri),
                None => Self::of(rest, None),
            };
        };
        let (before, sign) = after_two
            .split_once('@')
            .map_or(("", false), |it| (it.0, true));
        if sign && !before.starts_with('/') && (before.contains(':') || !before.contains('/')) {
            return Err(Malformed("a SQLite address has no user and no host"));
        }
        // sqlx writes two slashes in front of a path. SQLAlchemy writes three, which sqlx takes
        // for two and the root's.
        let Some(after_three) = after_two.strip_prefix('/') else {
            return Self::of(after_two, None);
        };
        match after_three.strip_prefix("file:") {
            Some(uri) => Self::parse_uri(uri),
            None if after_three.starts_with('/') => Self::of(after_three, None),
            None => Self::of(after_three, Some(after_two)),
        }
    }

    /// Reads what stands behind `file:`.
    pub(super) fn parse_uri(rest: &str) -> Result<Self, AddressError> {
        if rest.contains('#') {
            return Err(Malformed(
                "SQLite ignores everything after a '#' in a file: URI; write %23 for a '#' in a name",
            ));
        }
        let path = match rest.strip_prefix("//") {
            None => rest,
            Some(behind) => {
                let host = behind.split(['/', '?']).next().unwrap_or(behind);
                if !["", "localhost"].contains(&host) {
                    return Err(Malformed(
                        "a file: URI can name no host but localhost; write file:PATH or file:///PATH",
                    ));
                }
                &behind[host.len()..]
            }
        };
        Self::of(path, None)
    }

    fn of(text: &str, other_reading: Option<&str>) -> Result<Self, AddressError> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut file = Self::from(path_of(path)?);
        if let Some(other) = other_reading {
            file.other_reading = Some(path_of(other.split('?').next().unwrap_or(other))?);
        }
        let mut seen = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if seen.contains(&key) {
                return Err(Malformed("a parameter is given twice"));
            }
            seen.push(key);
            file.set(key, value)?;
        }
        match path {
            // The name of every database in memory, and of a temporary one.
            _ if file.path == Path::new(":memory:") => Err(InMemory),
            "" => Err(NoPath),
            _ => Ok(file),
        }
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), AddressError> {
        match (key, value) {
            ("mode", "ro") => self.mode = Mode::ReadOnly,
            ("mode", "rw") => self.mode = Mode::ReadWrite,
            ("mode", "rwc") => self.mode = Mode::Create,
            ("mode", "memory") => return Err(InMemory),
            ("cache", "shared") => self.shared_cache = Some(true),
            ("cache", "private") => self.shared_cache = Some(false),
            ("immutable", "1" | "true" | "yes" | "on") => self.immutable = true,
            ("immutable", "0" | "false" | "no" | "off") => self.immutable = false,
            // How SQLAlchemy is told that a URI follows.
            ("uri", "true" | "1") => {}
            ("mode" | "cache" | "immutable" | "uri", _) => {
                return Err(SqliteParameter(format!("{key}=…")));
            }
            _ => {
                let is_word = key.len() <= 30
                    && key
                        .bytes()
                        .all(|c| b"_-".contains(&c) || c.is_ascii_alphanumeric());
                // What has no `=` may be anything, a password included.
                let name = if is_word && !value.is_empty() {
                    key
                } else {
                    "…"
                };
                return Err(SqliteParameter(format!("{name}=…")));
            }
        }
        Ok(())
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What sqlx takes three slashes for: a file in the root folder. SQLAlchemy, whose reading
    /// we take, means one in the current folder.
    pub(in crate::db) fn other_reading(&self) -> Option<&Path> {
        self.other_reading.as_deref()
    }

    /// Whether the address forbids to write: `mode=ro` or `immutable=1`.
    pub fn is_read_only(&self) -> bool {
        self.mode == Mode::ReadOnly || self.immutable
    }

    /// Whether the file is made where it is missing.
    pub fn may_be_made(&self) -> bool {
        self.mode == Mode::Create && !self.immutable
    }

    /// As `--database` takes it. Nothing in it is a secret.
    pub fn text(&self) -> String {
        let mut text = "sqlite:".to_owned();
        let path = self.path.as_os_str().as_bytes();
        // What would be taken for the beginning of another form.
        let (first, rest) = match path {
            [b'/', b'/', rest @ ..] => ("/%2F", rest),
            [b'f', b'i', b'l', b'e', b':', rest @ ..] => ("file%3A", rest),
            path => ("", path),
        };
        text.push_str(first);
        for chunk in rest.utf8_chunks() {
            for letter in chunk.valid().chars() {
                match letter {
                    '%' | '?' => encode(&mut text, letter.to_string().as_bytes()),
                    _ if letter.is_control() => encode(&mut text, letter.to_string().as_bytes()),
                    _ => text.push(letter),
                }
            }
            encode(&mut text, chunk.invalid());
        }
        text + &self.query(self.immutable)
    }

    /// As SQLite opens it. `immutable` where nobody can be writing: then no lock is taken and no
    /// file made.
    pub(in crate::db) fn uri(&self, immutable: bool) -> String {
        let mut uri = "file:".to_owned();
        if self.path.is_absolute() {
            uri.push_str("//");
        }
        for byte in self.path.as_os_str().as_bytes() {
            match byte {
                b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
                _ if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
                _ => encode(&mut uri, &[*byte]),
            }
        }
        uri + &self.query(self.immutable || immutable)
    }

    fn query(&self, immutable: bool) -> String {
        let mode = match self.mode {
            Mode::ReadOnly => Some("mode=ro"),
            Mode::ReadWrite => Some("mode=rw"),
            Mode::Create => None,
        };
        let cache = self.shared_cache.map(|shared| match shared {
            true => "cache=shared",
            false => "cache=private",
        });
        let given: Vec<&str> = [mode, cache, immutable.then_some("immutable=1")]
            .into_iter()
            .flatten()
            .collect();
        match given.is_empty() {
            true => String::new(),
            false => format!("?{}", given.join("&")),
        }
    }
}

/// What a percent-encoded path says; a `%` that begins no code stands for itself, as in SQLite.
fn path_of(part: &str) -> Result<PathBuf, AddressError> {
    let bytes: Vec<u8> = percent_decode_str(part).collect();
    if bytes.contains(&0) {
        return Err(Malformed("a name cannot contain %00"));
    }
    Ok(OsStr::from_bytes(&bytes).into())
}

fn encode(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(text, "%{byte:02X}");
    }
}

#[cfg(test)]
mod tests;
