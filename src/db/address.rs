//! Which database a user names, and how that name is shown without its password.
//!
//! One parser reads every form, and what is shown, what is opened and what is told to our own
//! processes are all made from what it found.

mod error;
mod keywords;
mod redaction;
mod secret;
mod server;
mod sqlite;
mod url;

use std::str::FromStr;

use super::Backend;

pub use error::AddressError;
use redaction::HIDDEN;
pub use redaction::{redact, redact_word};
pub use server::ServerAddress;
pub use sqlite::SqliteFile;

/// A database, as the user names it.
///
/// ```
/// use lockbench::db::{Address, Backend};
///
/// let address: Address = "postgres://me:secret@localhost/shop".parse()?;
/// assert_eq!(address.backend(), Backend::Postgres);
/// assert!(!address.shown().contains("secret"));
/// # Ok::<(), lockbench::db::address::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `sqlite`: a private temporary file.
    PrivateSqlite,
    /// `sqlite:PATH`: the database in that file.
    SqliteFile(SqliteFile),
    /// `postgres`: a private throwaway server.
    PrivatePostgres,
    /// `postgres://…` or `host=… dbname=…`: a server that is there.
    Postgres(ServerAddress),
    /// `mariadb`: a private throwaway server.
    #[cfg(feature = "mysql")]
    PrivateMariadb,
    /// `mysql://…` or `mariadb://…`: a server that is there.
    #[cfg(feature = "mysql")]
    Mysql(ServerAddress),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "sqlite" => return Self::private(Backend::Sqlite),
            "postgres" | "postgresql" => return Self::private(Backend::Postgres),
            "mariadb" | "mysql" => return Self::private(Backend::Mysql),
            _ => {}
        }
        if let Some(rest) = text.strip_prefix("sqlite:") {
            return SqliteFile::parse(rest).map(Self::SqliteFile);
        }
        if let Some(rest) = text.strip_prefix("file:") {
            return SqliteFile::parse_uri(rest).map(Self::SqliteFile);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return ServerAddress::from_url(text).map(Self::Postgres);
        }
        if text.starts_with("mysql://") || text.starts_with("mariadb://") {
            return mysql(text);
        }
        if keywords::is_one(text) {
            return ServerAddress::from_keywords(text).map(Self::Postgres);
        }
        Err(redaction::unknown(text))
    }
}

impl Address {
    /// A private throwaway database of that kind.
    ///
    /// # Errors
    ///
    /// Fails where this build speaks to none of the kind: MariaDB, without the feature `mysql`.
    pub(crate) fn private(backend: Backend) -> Result<Self, AddressError> {
        match backend {
            Backend::Sqlite => Ok(Self::PrivateSqlite),
            Backend::Postgres => Ok(Self::PrivatePostgres),
            Backend::Mysql => private_mariadb(),
        }
    }

    /// The kind of database that it is.
    pub fn backend(&self) -> Backend {
        match self {
            Self::PrivateSqlite | Self::SqliteFile(_) => Backend::Sqlite,
            Self::PrivatePostgres | Self::Postgres(_) => Backend::Postgres,
            #[cfg(feature = "mysql")]
            Self::PrivateMariadb | Self::Mysql(_) => Backend::Mysql,
        }
    }

    /// As `--database` takes it, with the password in it.
    #[doc(hidden)]
    pub fn text(&self) -> String {
        self.written(ServerAddress::text)
    }

    /// As it may be shown: without a password.
    pub fn shown(&self) -> String {
        self.written(ServerAddress::shown)
    }

    fn written(&self, server: impl Fn(&ServerAddress) -> &str) -> String {
        match self {
            Self::PrivateSqlite => "sqlite".to_owned(),
            Self::SqliteFile(file) => file.text(),
            Self::PrivatePostgres => "postgres".to_owned(),
            Self::Postgres(address) => server(address).to_owned(),
            #[cfg(feature = "mysql")]
            Self::PrivateMariadb => "mariadb".to_owned(),
            #[cfg(feature = "mysql")]
            Self::Mysql(address) => server(address).to_owned(),
        }
    }

    /// Whether the address forbids to write, as `mode=ro` does.
    pub(crate) fn is_read_only(&self) -> bool {
        matches!(self, Self::SqliteFile(file) if file.is_read_only())
    }

    /// Whether it is gone when lockbench ends.
    pub(crate) fn is_private(&self) -> bool {
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

#[cfg(feature = "mysql")]
fn private_mariadb() -> Result<Address, AddressError> {
    Ok(Address::PrivateMariadb)
}

/// Our own scheme for MariaDB is an alias: diesel knows only `mysql`.
#[cfg(feature = "mysql")]
fn mysql(url: &str) -> Result<Address, AddressError> {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let address = ServerAddress::from_url(&format!("mysql://{rest}"))?;
    match address.names_database() {
        true => Ok(Address::Mysql(address)),
        false => Err(AddressError::NoDatabase("mysql://user@host/shop")),
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

#[cfg(test)]
mod tests;
