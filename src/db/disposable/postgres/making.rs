//! Making a PostgreSQL database that can be changed at will, and removing it.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use diesel::connection::SimpleConnection;

use super::super::clients::{Listens, WhereClients};
use super::super::error::MakeError;
use super::keeper::{self, drop_database};
use super::{connect, quoted};
use crate::db::Backend;
use crate::db::address::ServerAddress;
use crate::db::outliving::Outliving;
use crate::db::reservation::token;
use crate::db::server::{PostgresServer, ServerOptions};

/// The database of a private server.
const PRIVATE: &str = "app";

/// The usual port.
const PORT: u16 = 5432;

/// Where servers put their sockets, by their packages.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A database that can be changed at will. Dropping it removes it.
#[derive(Debug)]
pub(in super::super) struct Disposable {
    /// For libpq.
    own: String,
    clients: WhereClients,
    /// What drops a copy: for libpq, to another database of the server.
    drop_from: Option<String>,
    keeper: Option<Outliving>,
    _server: Option<PostgresServer>,
}

impl Disposable {
    /// An empty database of a private server, able to hold so many connections.
    ///
    /// # Errors
    /// The server cannot be started.
    pub(in super::super) fn private(connections: u32) -> Result<Self, MakeError> {
        let options = ServerOptions {
            connections,
            quick_deadlocks: false,
            settings: ServerOptions::nothing_lasts(Backend::Postgres),
        };
        let server = PostgresServer::start(&options)?;
        let address =
            ServerAddress::from_url(&server.url()).context("the private server's own address")?;
        let mut maintenance = connect(&address.for_libpq(&[]))?;
        maintenance
            .batch_execute(&format!("CREATE DATABASE {PRIVATE}"))
            .context("the private server made no database")?;
        let socket = server.folder().join(format!(".s.PGSQL.{PORT}"));
        Ok(Self {
            own: with_database(&address, PRIVATE),
            clients: WhereClients {
                place: Listens::Socket(socket),
                backend: Backend::Postgres,
                user: address.setting("user").unwrap_or_default().to_owned(),
                // Not asked for, but some clients insist on having one.
                password: Some("lockbench".to_owned()),
                database: PRIVATE.to_owned(),
            },
            drop_from: None,
            keeper: None,
            _server: Some(server),
        })
    }

    /// A copy of the database at `address`, on the same server.
    ///
    /// # Errors
    /// The server does not let us, or the address is not one that a proxy can lead to.
    pub(in super::super) fn copy_of(address: &ServerAddress) -> Result<Self, MakeError> {
        let place = place_of(address)?;
        Self::copy(address, place).map_err(|error| {
            let words = address.without_secrets(&format!("{error:#}"));
            anyhow!(words)
                .context(format!("cannot copy the database {}", address.shown()))
                .into()
        })
    }

    fn copy(address: &ServerAddress, place: Listens) -> Result<Self> {
        let mut original = connect(&address.for_libpq(&[("connect_timeout", "4")]))?;
        let (user, database): (String, String) = super::ask(
            &mut original,
            "SELECT json_build_array(current_user, current_database())::text AS json",
        )?;
        drop(original);
        let name = format!("lockbench_race_{:016x}", token());
        let make = format!("CREATE DATABASE {name} TEMPLATE {}", quoted(&database));
        let elsewhere = ["postgres", "template1"].map(|other| with_database(address, other));
        let mut refusal = None;
        for other in elsewhere {
            let made = connect(&other).and_then(|mut connection| {
                connection.batch_execute(&make).with_context(|| {
                    format!(
                        "{database} could not be copied (a copy needs the right CREATEDB, and \
                         nobody may be connected to {database} meanwhile)"
                    )
                })
            });
            match made {
                Ok(()) => {
                    return Ok(Self {
                        own: with_database(address, &name),
                        clients: WhereClients {
                            place,
                            backend: Backend::Postgres,
                            user,
                            password: address.setting("password").map(str::to_owned),
                            database: name,
                        },
                        drop_from: Some(other),
                        keeper: None,
                        _server: None,
                    });
                }
                Err(error) => drop(refusal.get_or_insert(error)),
            }
        }
        Err(refusal.unwrap_or_else(|| anyhow!("there is no server")))
    }

    /// Has a copy dropped also when we are killed: by `program`, which does
    /// [`keep`](super::super::keep) when it is given `argument`.
    ///
    /// # Errors
    /// The program cannot be started.
    pub(in super::super) fn drop_whatever_happens(
        &mut self,
        program: &Path,
        argument: &str,
    ) -> Result<()> {
        if let Some(other) = &self.drop_from {
            let name = &self.clients.database;
            self.keeper = Some(keeper::start(program, argument, other, name)?);
        }
        Ok(())
    }

    /// What libpq is told to connect.
    pub(in super::super) fn own(&self) -> &str {
        &self.own
    }

    /// What clients need to find it.
    pub(in super::super) fn clients(&self) -> &WhereClients {
        &self.clients
    }
}

impl Drop for Disposable {
    fn drop(&mut self) {
        // Where a keeper is there, it does the same.
        if let (Some(other), None) = (&self.drop_from, &self.keeper) {
            let _ = drop_database(other, &self.clients.database);
        }
    }
}

/// Of two values for one name, libpq takes the later.
fn with_database(address: &ServerAddress, name: &str) -> String {
    let settings = address.for_libpq(&[("connect_timeout", "4")]);
    format!("{settings} dbname={name}")
}

/// Where a proxy finds the server.
fn place_of(address: &ServerAddress) -> Result<Listens, MakeError> {
    let unsuitable = |words: &str| MakeError::Unsuitable(words.to_owned());
    if ["require", "verify-ca", "verify-full"].contains(&address.setting("sslmode").unwrap_or("")) {
        return Err(unsuitable(
            "race speaks no TLS yet, and this address insists on it: use a server that takes \
             plain connections, or --database postgres",
        ));
    }
    let port = match address.setting("port").map(str::parse) {
        None => PORT,
        Some(Ok(port)) => port,
        Some(Err(_)) => {
            return Err(unsuitable(
                "race needs the address of one server, not of several",
            ));
        }
    };
    let socket = |folder: &str| Path::new(folder).join(format!(".s.PGSQL.{port}"));
    match address.setting("host") {
        Some(hosts) if hosts.contains(',') => Err(unsuitable(
            "race needs the address of one server, not of several",
        )),
        Some(folder) if folder.starts_with('/') => Ok(Listens::Socket(socket(folder))),
        Some(host) => Ok(Listens::Port(host.to_owned(), port)),
        None => {
            let sockets = SOCKETS.iter().map(|folder| socket(folder));
            let found = sockets.into_iter().find(|path| path.exists());
            Ok(found.map_or_else(
                || Listens::Port("localhost".to_owned(), port),
                Listens::Socket,
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_server_is_found_where_the_address_says() {
        let place = |url: &str| place_of(&ServerAddress::from_url(url).unwrap());
        let at = |url: &str| place(url).unwrap();
        assert_eq!(
            at("postgres://db.example/shop"),
            Listens::Port("db.example".to_owned(), 5432)
        );
        assert_eq!(
            at("postgres://db:5433/shop"),
            Listens::Port("db".to_owned(), 5433)
        );
        assert_eq!(
            at("postgres://%2Frun%2Fpg/shop"),
            Listens::Socket(PathBuf::from("/run/pg/.s.PGSQL.5432"))
        );
        assert!(place("postgres://a,b/shop").is_err());
        assert!(place("postgres://a/shop?sslmode=require").is_err());
    }
}
