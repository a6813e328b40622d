//! Where a database is, and how a connection to it is made and made ready.

use anyhow::{Result, anyhow};
use diesel::connection::SimpleConnection as _;

use super::address::{ServerAddress, SqliteFile};
use super::deadlocks::{self, Deadlocks};
#[cfg(feature = "mysql")]
use super::mysql;
use super::refusal::Refusal;
use super::session::{Found, Kept};
use super::{AnyConnection, postgres, sqlite};

/// What an address of PostgreSQL says where it does not say it itself: a bound on waiting for one
/// host, in seconds and below the 5 s in which an answer is promised, and our name for the server's list of sessions.
const POSTGRES_DEFAULTS: [(&str, &str); 2] =
    [("connect_timeout", "4"), ("application_name", "lockbench")];

/// Where a database is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// With the pragmas that each connection sets; a user's file has none.
    File(SqliteFile, Vec<String>),
    Postgres(ServerAddress, Deadlocks),
    #[cfg(feature = "mysql")]
    Mysql(ServerAddress),
}

impl Place {
    /// Makes a connection, and gives what its session began with that lockbench does not want.
    pub(super) fn connect(&self, kept: &Kept) -> Result<(AnyConnection, Vec<Found>), Refusal> {
        match self {
            Self::File(file, pragmas) => sqlite::connect(file, pragmas, kept)
                .map(|(connection, found)| (AnyConnection::Sqlite(connection), found))
                .map_err(Refusal::Answered),
            Self::Postgres(address, deadlocks) => {
                postgres::establish(&address.for_libpq(&POSTGRES_DEFAULTS))
                    .and_then(|mut connection| {
                        let found = postgres::make_ready(&mut connection, kept);
                        let found = found.map_err(Refusal::Answered)?;
                        if *deadlocks == Deadlocks::Soon {
                            deadlocks::find_soon(&mut connection);
                        }
                        Ok((AnyConnection::Postgres(connection), found))
                    })
                    .map_err(|refusal| refusal.map(|error| keep_secrets(address, error)))
            }
            #[cfg(feature = "mysql")]
            Self::Mysql(address) => mysql::establish(address.text())
                .and_then(|mut connection| {
                    let found = mysql::make_ready(&mut connection, kept);
                    let found = found.map_err(Refusal::Answered)?;
                    Ok((AnyConnection::Mysql(connection), found))
                })
                .map_err(|refusal| refusal.map(|error| keep_secrets(address, error))),
        }
    }

    /// Makes the session of `connection` like a new one, which is quicker than a new connection
    /// where each is a process of its own: `DISCARD ALL` "resets the session to its initial
    /// state" (PostgreSQL's manual). Gives whether it did: elsewhere a new one is as quick.
    pub(super) fn renew(&self, connection: &mut AnyConnection, kept: &Kept) -> Result<bool> {
        let Self::Postgres(_, deadlocks) = self else {
            return Ok(false);
        };
        connection.forget_statements();
        let AnyConnection::Postgres(inner) = connection else {
            return Ok(false);
        };
        inner.batch_execute("DISCARD ALL")?;
        postgres::make_ready(inner, kept)?;
        if *deadlocks == Deadlocks::Soon {
            deadlocks::find_soon(inner);
        }
        Ok(true)
    }

    /// Makes a connection whose session is left as it comes.
    pub(super) fn plain(&self) -> Result<AnyConnection, Refusal> {
        match self {
            Self::File(file, pragmas) => sqlite::connect(file, pragmas, &Kept::default())
                .map(|(connection, _)| AnyConnection::Sqlite(connection))
                .map_err(Refusal::Answered),
            Self::Postgres(address, _) => {
                postgres::establish(&address.for_libpq(&POSTGRES_DEFAULTS))
                    .map(AnyConnection::Postgres)
                    .map_err(|refusal| refusal.map(|error| keep_secrets(address, error)))
            }
            #[cfg(feature = "mysql")]
            Self::Mysql(address) => mysql::establish(address.text())
                .map(AnyConnection::Mysql)
                .map_err(|refusal| refusal.map(|error| keep_secrets(address, error))),
        }
    }

    /// Its name as it may be shown: without a password.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::File(file, _) => file.text(),
            Self::Postgres(address, _) => address.shown().to_owned(),
            #[cfg(feature = "mysql")]
            Self::Mysql(address) => address.shown().to_owned(),
        }
    }

    /// The same with a sentence that names the place.
    pub(super) fn connect_or_say(&self, kept: &Kept) -> Result<(AnyConnection, Vec<Found>)> {
        self.connect(kept).map_err(|refusal| self.say(refusal))
    }

    /// A refusal in a sentence that names the place.
    pub(super) fn say(&self, refusal: Refusal) -> anyhow::Error {
        let shown = self.shown();
        match refusal {
            Refusal::NoAnswer(error) => error.context(format!("cannot reach the database {shown}")),
            Refusal::Answered(error) => error.context(format!("cannot use the database {shown}")),
        }
    }
}

/// The error without what the server or its library quote of the address.
fn keep_secrets(address: &ServerAddress, error: anyhow::Error) -> anyhow::Error {
    let words = format!("{error:#}");
    let shown = address.without_secrets(&words);
    if shown == words {
        error
    } else {
        anyhow!(shown)
    }
}
