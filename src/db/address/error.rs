use thiserror::Error;

/// Why an address is not accepted. Never contains a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// The scheme, or the word, is none that lockbench knows.
    #[error(
        "'{0}' is not a database that lockbench knows: use sqlite, sqlite:PATH, postgres, postgres://…, host=… dbname=…, mariadb, mariadb://… or mysql://…"
    )]
    Unknown(String),
    /// A path without the scheme that says what it is.
    #[error("'{0}' looks like a file: write sqlite:{0}")]
    LooksLikeFile(String),
    /// `sqlite:` with nothing after it.
    #[error("sqlite: needs a path after it, as in sqlite:shop.db")]
    NoPath,
    /// Every connection to `:memory:` would see a database of its own.
    #[error(
        "an in-memory SQLite database belongs to a single connection; use `--database sqlite` for a private temporary file"
    )]
    InMemory,
    /// The URL splits in another place than its writer meant, and a part of the password would
    /// be taken for something else.
    #[error(
        "it is unclear where the password in this URL ends: write %40 for '@', %2F for '/', %3A for ':', %3F for '?' and %23 for '#' in it"
    )]
    Ambiguous,
    /// It breaks the grammar of its kind.
    #[error("this address is malformed: {0}")]
    Malformed(&'static str),
    /// A parameter of a SQLite address that is none of SQLite's, or that lockbench does not take.
    #[error(
        "lockbench does not accept `{0}` in a SQLite address: it accepts mode=ro, rw or rwc, cache=shared or private, and immutable=1"
    )]
    SqliteParameter(String),
    /// Our tables live in the database that the URL names.
    #[error("this URL names no database: add one after the host, as in {0}")]
    NoDatabase(&'static str),
    /// The client library is the system's, and only linked when asked for.
    #[error(
        "this lockbench was built without support for MariaDB and MySQL: install the client library (Debian: `apt install libmariadb-dev`, Fedora: `dnf install mariadb-connector-c-devel`, macOS: `brew install mariadb-connector-c`) and rebuild with `cargo build --release --features mysql`"
    )]
    NotBuiltIn,
}
