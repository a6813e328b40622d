//! Making a database that can be changed at will, and removing it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::clients::WhereClients;
use super::error::MakeError;
#[cfg(feature = "mysql")]
use super::mysql;
use super::postgres;
use crate::db::{Address, AnyConnection};

/// Ends the session that a server has that number for, and returns once nothing that it held is
/// left.
pub type EndSession = Arc<dyn Fn(u32) + Send + Sync>;

/// A database that can be changed at will. Dropping it removes it.
#[derive(Debug)]
pub struct Disposable(Kind);

#[derive(Debug)]
enum Kind {
    Postgres(postgres::Disposable),
    #[cfg(feature = "mysql")]
    Mysql(mysql::Disposable),
}

impl Disposable {
    /// An empty database of a private server that is able to hold so many connections, or a copy
    /// of the one at `address`.
    ///
    /// # Errors
    /// The server cannot be started or reached, or refuses.
    pub fn make(address: &Address, connections: u32) -> Result<Self, MakeError> {
        Ok(Self(match address {
            Address::PrivatePostgres => Kind::Postgres(postgres::Disposable::private(connections)?),
            Address::Postgres(server) => Kind::Postgres(postgres::Disposable::copy_of(server)?),
            #[cfg(feature = "mysql")]
            Address::PrivateMariadb => Kind::Mysql(mysql::Disposable::private(connections)?),
            #[cfg(feature = "mysql")]
            Address::Mysql(server) => Kind::Mysql(mysql::Disposable::copy_of(server, connections)?),
            Address::PrivateSqlite | Address::SqliteFile(_) => {
                return Err(MakeError::Unsuitable(
                    "race runs on PostgreSQL and MariaDB: name --database postgres or mariadb, or \
                     the URL of a database to work on a copy of"
                        .to_owned(),
                ));
            }
        }))
    }

    /// Has a copy dropped also when we are killed: by `program`, which does
    /// [`keep`](super::keep) when it is given `argument`. A private server has its own watcher.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn drop_whatever_happens(&mut self, program: &Path, argument: &str) -> Result<()> {
        match &mut self.0 {
            Kind::Postgres(made) => made.drop_whatever_happens(program, argument),
            #[cfg(feature = "mysql")]
            Kind::Mysql(_) => Ok(()),
        }
    }

    /// Fills one on MariaDB with a dump. Gives whether it is one: PostgreSQL's dumps are restored by
    /// programs of its own, as any client.
    ///
    /// # Errors
    /// The client's own words.
    pub fn restore(&self, dump: &Path) -> Result<bool> {
        match &self.0 {
            Kind::Postgres(_) => {
                let _ = dump;
                Ok(false)
            }
            #[cfg(feature = "mysql")]
            Kind::Mysql(made) => made.restore(dump).map(|()| true),
        }
    }

    /// Makes a connection that looks after it.
    ///
    /// # Errors
    /// The server's own words.
    pub fn connect(&self) -> Result<AnyConnection> {
        self.connector()()
    }

    /// What makes such connections, on any thread.
    pub fn connector(&self) -> Box<dyn Fn() -> Result<AnyConnection> + Send + Sync> {
        match &self.0 {
            Kind::Postgres(made) => {
                let own = made.own().to_owned();
                Box::new(move || postgres::connect(&own).map(AnyConnection::Postgres))
            }
            #[cfg(feature = "mysql")]
            Kind::Mysql(made) => {
                let own = made.own().to_owned();
                Box::new(move || mysql::connect(&own).map(AnyConnection::Mysql))
            }
        }
    }

    /// What ends a session of its server's; `None` where its own protocol can ask for that.
    pub fn end_session(&self) -> Option<EndSession> {
        match &self.0 {
            Kind::Postgres(_) => None,
            #[cfg(feature = "mysql")]
            Kind::Mysql(made) => {
                let own = made.own().to_owned();
                Some(Arc::new(move |number| mysql::end_session(&own, number)))
            }
        }
    }

    /// What clients need to find it.
    pub fn clients(&self) -> &WhereClients {
        match &self.0 {
            Kind::Postgres(made) => made.clients(),
            #[cfg(feature = "mysql")]
            Kind::Mysql(made) => made.clients(),
        }
    }
}
