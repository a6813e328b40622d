//! A database that has been found or started, and hands out connections.

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

#[cfg(feature = "mysql")]
use super::mysql;
#[cfg(feature = "mysql")]
use super::server::MariadbServer;
use super::server::{Folder, PostgresServer, ServerOptions};
use super::{Address, AnyConnection, Backend, address, postgres, sqlite};

/// How long the first connection may take, the look-up of the host's name included.
const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// A database ready for use. Dropping it stops and removes what lockbench started for it.
#[derive(Debug)]
pub struct Database {
    place: Place,
    /// What goes with the database when it is dropped.
    _private: Private,
}

#[derive(Clone, Debug)]
enum Place {
    /// With the pragmas that each connection sets; a user's file has none.
    File(PathBuf, Vec<String>),
    Postgres(String),
    #[cfg(feature = "mysql")]
    Mysql(String),
}

#[derive(Debug)]
enum Private {
    Nothing,
    Folder {
        _folder: Folder,
    },
    Postgres {
        _server: PostgresServer,
    },
    #[cfg(feature = "mysql")]
    Mariadb {
        _server: MariadbServer,
    },
}

impl Database {
    /// Opens the database that `address` names, starting a private one where it asks for one.
    ///
    /// # Errors
    /// The database cannot be reached within 5 s or refuses (in its own words), or a private
    /// one could not be set up.
    pub fn open(address: &Address, options: &ServerOptions) -> Result<Self> {
        let database = match address {
            Address::PrivateSqlite => {
                let folder = Folder::private()?;
                let file = folder.path().join("shop.db");
                Self {
                    place: Place::File(file, options.settings.clone()),
                    _private: Private::Folder { _folder: folder },
                }
            }
            Address::SqliteFile(path) => Self {
                place: Place::File(path.clone(), Vec::new()),
                _private: Private::Nothing,
            },
            Address::PrivatePostgres => {
                let server = PostgresServer::start(options)?;
                Self {
                    place: Place::Postgres(server.url()),
                    _private: Private::Postgres { _server: server },
                }
            }
            Address::Postgres(url) => Self {
                place: Place::Postgres(url.clone()),
                _private: Private::Nothing,
            },
            #[cfg(feature = "mysql")]
            Address::PrivateMariadb => {
                let server = MariadbServer::start(options)?;
                Self {
                    place: Place::Mysql(server.url()),
                    _private: Private::Mariadb { _server: server },
                }
            }
            #[cfg(feature = "mysql")]
            Address::Mysql(url) => Self {
                place: Place::Mysql(url.clone()),
                _private: Private::Nothing,
            },
        };
        database.first_answer()?;
        Ok(database)
    }

    /// The kind of database.
    pub fn backend(&self) -> Backend {
        match self.place {
            Place::File(..) => Backend::Sqlite,
            Place::Postgres(_) => Backend::Postgres,
            #[cfg(feature = "mysql")]
            Place::Mysql(_) => Backend::Mysql,
        }
    }

    /// The database's name as `--database` takes it, with the password in it: only for a
    /// process of our own, and never on a command line, which everybody can read.
    pub fn address(&self) -> String {
        match &self.place {
            Place::File(path, _) => format!("sqlite:{}", path.display()),
            Place::Postgres(url) => url.clone(),
            #[cfg(feature = "mysql")]
            Place::Mysql(url) => url.clone(),
        }
    }

    /// The database's name as it may be shown: without a password.
    pub fn shown_url(&self) -> String {
        match &self.place {
            Place::File(path, _) => format!("sqlite:{}", path.display()),
            Place::Postgres(url) => address::redact(url),
            #[cfg(feature = "mysql")]
            Place::Mysql(url) => address::redact(url),
        }
    }

    /// The file of a SQLite database.
    pub(super) fn file(&self) -> Option<&PathBuf> {
        match &self.place {
            Place::File(path, _) => Some(path),
            _ => None,
        }
    }

    /// What makes connections, on any thread.
    pub fn connector(&self) -> impl Fn() -> Result<AnyConnection> + Send + Sync + 'static {
        let place = self.place.clone();
        move || match &place {
            Place::File(path, pragmas) => sqlite::connect(path, pragmas).map(AnyConnection::Sqlite),
            Place::Postgres(url) => postgres::connect(url).map(AnyConnection::Postgres),
            #[cfg(feature = "mysql")]
            Place::Mysql(url) => mysql::connect(url).map(AnyConnection::Mysql),
        }
    }

    /// Opens one connection.
    ///
    /// # Errors
    /// The database's own words.
    pub fn connect(&self) -> Result<AnyConnection> {
        self.connector()().with_context(|| format!("cannot use the database {}", self.shown_url()))
    }

    /// Makes one plain connection, so that a refusal is known at once: the pool would try
    /// again in silence for as long as its time-out.
    fn first_answer(&self) -> Result<()> {
        if let Place::File(path, _) = &self.place {
            return sqlite::prepare(path);
        }
        let connect = self.connector();
        let (answer, wait) = mpsc::channel();
        thread::spawn(move || answer.send(connect().map(drop)));
        wait.recv_timeout(FIRST_ANSWER)
            .unwrap_or_else(|_| Err(anyhow!("no answer within {} s", FIRST_ANSWER.as_secs())))
            .with_context(|| format!("cannot reach the database {}", self.shown_url()))
    }
}
