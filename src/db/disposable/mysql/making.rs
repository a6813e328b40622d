//! Making a MariaDB database that can be changed at will.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{MysqlConnection, QueryableByName, RunQueryDsl, sql_query};

use super::super::clients::{Listens, WhereClients};
use super::super::error::MakeError;
use super::dump::Original;
use super::settings::LIMITS;
use super::{connect, dump, quoted, text};
use crate::db::Backend;
use crate::db::address::ServerAddress;
use crate::db::server::{MariadbServer, ServerOptions};

/// The database of a private server.
const PRIVATE: &str = "app";

/// The account of the programs, and its password, which some clients insist on having.
const ACCOUNT: &str = "lockbench";

/// A database on a server of our own. Dropping it removes both.
#[derive(Debug)]
pub(in super::super) struct Disposable {
    /// For diesel, and for whoever may do everything.
    own: String,
    clients: WhereClients,
    _server: MariadbServer,
}

#[derive(QueryableByName)]
struct Definer {
    #[diesel(sql_type = Text)]
    definer: String,
}

impl Disposable {
    /// An empty one, able to hold so many connections.
    ///
    /// # Errors
    /// The server cannot be started.
    pub(in super::super) fn private(connections: u32) -> Result<Self, MakeError> {
        Ok(Self::make(PRIVATE, connections, Vec::new())?)
    }

    /// A copy of the database at `address`, under its name: nothing is written to the original.
    ///
    /// # Errors
    /// Neither server lets us, or they are not of a kind.
    pub(in super::super) fn copy_of(
        address: &ServerAddress,
        connections: u32,
    ) -> Result<Self, MakeError> {
        let original = Original::new(address)?;
        Self::copy(&original, connections).map_err(|error| {
            let words = address.without_secrets(&format!("{error:#}"));
            anyhow::anyhow!(words)
                .context(format!("cannot copy the database {}", address.shown()))
                .into()
        })
    }

    fn copy(original: &Original, connections: u32) -> Result<Self> {
        let (is_mariadb, settings) = original.settings()?;
        let copy = Self::make(original.database(), connections, settings)?;
        let mut connection = connect(&copy.own)?;
        let own = dump::version(&mut connection)?;
        ensure!(
            own.contains("MariaDB") == is_mariadb,
            "it is on {}, and the private server that it would be copied to is not: they lock \
             differently. LOCKBENCH_MARIADB_BIN names the folder of another server's programs",
            if is_mariadb { "MariaDB" } else { "MySQL" }
        );
        original.copy_to(copy.socket(), original.database())?;
        make_definers(&mut connection)?;
        Ok(copy)
    }

    fn make(database: &str, connections: u32, settings: Vec<String>) -> Result<Self> {
        let limits = LIMITS.iter().map(ToString::to_string);
        let options = ServerOptions {
            connections,
            quick_deadlocks: false,
            settings: ServerOptions::nothing_lasts(Backend::Mysql)
                .into_iter()
                .chain(limits)
                .chain(settings)
                .collect(),
        };
        let server = MariadbServer::start(&options)?;
        let account = format!("'{ACCOUNT}'@'localhost'");
        connect(&server.url())?
            .batch_execute(&format!(
                "CREATE DATABASE IF NOT EXISTS {}; \
                 CREATE USER {account} IDENTIFIED BY '{ACCOUNT}'; \
                 GRANT ALL PRIVILEGES ON *.* TO {account} WITH GRANT OPTION",
                quoted(database)
            ))
            .context("the private server made no database")?;
        Ok(Self {
            own: server.database(database),
            clients: WhereClients {
                place: Listens::Socket(server.folder().join("socket")),
                backend: Backend::Mysql,
                user: ACCOUNT.to_owned(),
                password: Some(ACCOUNT.to_owned()),
                database: database.to_owned(),
            },
            _server: server,
        })
    }

    /// Fills it with a dump.
    ///
    /// # Errors
    /// The client's own words.
    pub(in super::super) fn restore(&self, path: &Path) -> Result<()> {
        dump::restore(path, self.socket(), &self.clients.database)?;
        make_definers(&mut connect(&self.own)?)
    }

    fn socket(&self) -> &Path {
        match &self.clients.place {
            Listens::Socket(path) => path,
            Listens::Port(..) => Path::new(""),
        }
    }

    /// What diesel is told to connect.
    pub(in super::super) fn own(&self) -> &str {
        &self.own
    }

    /// What clients need to find it.
    pub(in super::super) fn clients(&self) -> &WhereClients {
        &self.clients
    }
}

/// Makes the accounts that views, routines and triggers run as: with one that is not there they
/// fail as soon as they are used.
fn make_definers(connection: &mut MysqlConnection) -> Result<()> {
    let found: Vec<Definer> = sql_query(
        "SELECT CAST(DEFINER AS CHAR) AS definer FROM information_schema.VIEWS \
         UNION SELECT CAST(DEFINER AS CHAR) FROM information_schema.ROUTINES \
         UNION SELECT CAST(DEFINER AS CHAR) FROM information_schema.TRIGGERS",
    )
    .load(connection)?;
    for Definer { definer } in found {
        let Some((user, host)) = definer.rsplit_once('@') else {
            continue;
        };
        if user == "root" || user.starts_with("mariadb.") || user.starts_with("mysql.") {
            continue;
        }
        let account = format!("{}@{}", text(user), text(host));
        connection.batch_execute(&format!(
            "CREATE USER IF NOT EXISTS {account}; GRANT ALL PRIVILEGES ON *.* TO {account}"
        ))?;
    }
    Ok(())
}
