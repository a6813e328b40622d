//! Which database a user names, and how that name is shown without its password.

use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

use super::Backend;

/// A database, as the user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `sqlite`: a private temporary file.
    PrivateSqlite,
    /// `sqlite:PATH`: the database in that file.
    SqliteFile(PathBuf),
    /// `postgres`: a private throwaway server.
    PrivatePostgres,
    /// `postgres://…`: a server that is there.
    Postgres(String),
    /// `mariadb`: a private throwaway server.
    #[cfg(feature = "mysql")]
    PrivateMariadb,
    /// `mysql://…` or `mariadb://…`: a server that is there.
    #[cfg(feature = "mysql")]
    Mysql(String),
}

/// Why a name stands for no database. Never holds a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// The scheme, or the word, is none that lockbench knows.
    #[error(
        "'{0}' names no database that lockbench knows: sqlite, sqlite:PATH, postgres, postgres://…, mariadb, mariadb://… or mysql://…"
    )]
    Unknown(String),
    /// A path without the scheme that says what it is.
    #[error("'{0}' looks like a file: write sqlite:{0}")]
    LooksLikeFile(String),
    /// `sqlite:` with nothing behind it.
    #[error("sqlite: needs a path behind it, as in sqlite:shop.db")]
    NoPath,
    /// Every connection to `:memory:` would see a database of its own.
    #[error(
        "an in-memory SQLite database belongs to one connection; `--database sqlite` is a private temporary file"
    )]
    InMemory,
    /// libpq would split such a URL in the wrong place, and print a part of the password.
    #[error(
        "this URL cannot be told apart from its password: write %40 for '@', %2F for '/', %3A for ':', %3F for '?' and %23 for '#' in it"
    )]
    Ambiguous,
    /// Our tables live in the database that the URL names.
    #[error("this URL names no database: write one behind the host, as in {0}")]
    NoDatabase(&'static str),
    /// The client library is the system's, and only linked when asked for.
    #[error(
        "this lockbench was built without MariaDB and MySQL: install the client library (Debian: `apt install libmariadb-dev`, Fedora: `dnf install mariadb-connector-c-devel`, macOS: `brew install mariadb-connector-c`) and build it with `cargo build --release --features mysql`"
    )]
    NotBuiltIn,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "sqlite" => return Ok(Self::PrivateSqlite),
            "postgres" | "postgresql" => return Ok(Self::PrivatePostgres),
            "mariadb" | "mysql" => return private_mariadb(),
            _ => {}
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            return sqlite_file(path.strip_prefix("//").unwrap_or(path));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            check_authority(text)?;
            return Ok(Self::Postgres(text.to_owned()));
        }
        if text.starts_with("mysql://") || text.starts_with("mariadb://") {
            return mysql(text);
        }
        let shown = redact(text);
        if !text.contains("://") && (text.contains('/') || text.contains('.')) {
            Err(AddressError::LooksLikeFile(shown))
        } else {
            Err(AddressError::Unknown(shown))
        }
    }
}

impl Address {
    /// The kind of database that it is.
    pub fn backend(&self) -> Backend {
        match self {
            Self::PrivateSqlite | Self::SqliteFile(_) => Backend::Sqlite,
            Self::PrivatePostgres | Self::Postgres(_) => Backend::Postgres,
            #[cfg(feature = "mysql")]
            Self::PrivateMariadb | Self::Mysql(_) => Backend::Mysql,
        }
    }

    /// Whether it is gone when lockbench ends.
    pub fn is_private(&self) -> bool {
        match self {
            Self::PrivateSqlite | Self::PrivatePostgres => true,
            Self::SqliteFile(_) | Self::Postgres(_) => false,
            #[cfg(feature = "mysql")]
            Self::PrivateMariadb => true,
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => false,
        }
    }
}

fn sqlite_file(path: &str) -> Result<Address, AddressError> {
    match path {
        "" => Err(AddressError::NoPath),
        _ if path.contains(":memory:") || path.contains("mode=memory") => {
            Err(AddressError::InMemory)
        }
        _ => Ok(Address::SqliteFile(PathBuf::from(path))),
    }
}

#[cfg(feature = "mysql")]
fn private_mariadb() -> Result<Address, AddressError> {
    Ok(Address::PrivateMariadb)
}

/// Our own scheme for MariaDB is an alias: diesel knows only `mysql`.
#[cfg(feature = "mysql")]
fn mysql(url: &str) -> Result<Address, AddressError> {
    check_authority(url)?;
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let path = rest.split('?').next().unwrap_or(rest);
    match path.split_once('/') {
        Some((_, database)) if !database.is_empty() => {
            Ok(Address::Mysql(format!("mysql://{rest}")))
        }
        _ => Err(AddressError::NoDatabase("mysql://user@host/shop")),
    }
}

#[cfg(not(feature = "mysql"))]
fn private_mariadb() -> Result<Address, AddressError> {
    Err(AddressError::NotBuiltIn)
}

#[cfg(not(feature = "mysql"))]
fn mysql(_: &str) -> Result<Address, AddressError> {
    Err(AddressError::NotBuiltIn)
}

/// Refuses a URL whose user part libpq would end somewhere else than its writer meant.
fn check_authority(url: &str) -> Result<(), AddressError> {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let before_query = rest.split('?').next().unwrap_or(rest);
    let authority = before_query.split('/').next().unwrap_or(before_query);
    let query_start = before_query.len();
    let stray = before_query[authority.len()..].contains('@')
        || rest[query_start..]
            .split('&')
            .any(|pair| pair.contains('@') && !pair.contains('='));
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    if stray || user.contains('@') || user.matches(':').count() > 1 || authority.contains('#') {
        return Err(AddressError::Ambiguous);
    }
    Ok(())
}

/// `url` as it may be shown: with `***` for the password, wherever it stands.
pub fn redact(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (userinfo, tail) = match rest.rsplit_once('@') {
        Some((userinfo, tail)) => (Some(userinfo), tail),
        None => (None, rest),
    };
    let shown_user = match userinfo {
        Some(userinfo) => match userinfo.split_once(':') {
            Some((user, _)) => format!("{user}:***@"),
            None => format!("{userinfo}@"),
        },
        None => String::new(),
    };
    format!("{scheme}://{shown_user}{}", redact_query(tail))
}

fn redact_query(tail: &str) -> String {
    let Some((path, query)) = tail.split_once('?') else {
        return tail.to_owned();
    };
    let shown: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((key, _)) if key.contains("password") => format!("{key}=***"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{path}?{}", shown.join("&"))
}

#[cfg(test)]
mod tests;
