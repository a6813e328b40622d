//! A database that has been found or started, and hands out connections.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use super::address::ServerAddress;
use super::deadlocks::{self, Deadlocks};
use super::place::Place;
use super::refusal::Refusal;
#[cfg(feature = "mysql")]
use super::server::MariadbServer;
use super::server::{Folder, PostgresServer, ServerOptions};
use super::session::{Done, Findings, Found, Kept};
use super::{Address, AnyConnection, Backend, pooler, sqlite};

/// How long the first connection may take, the look-up of the host's name included.
const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// A database ready for use. Dropping it stops and removes what lockbench started for it.
#[derive(Debug)]
pub struct Database {
    place: Place,
    kept: Kept,
    findings: Findings,
    /// What goes with the database when it is dropped.
    _private: Private,
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
        Self::open_keeping(address, options, Kept::default())
    }

    /// The same where the sessions of buyers leave some settings as the server has them.
    ///
    /// # Errors
    /// As for [`Self::open`].
    #[doc(hidden)]
    pub fn open_keeping(address: &Address, options: &ServerOptions, kept: Kept) -> Result<Self> {
        let (place, private) = Self::find(address, options)?;
        let database = Self {
            place,
            kept,
            findings: Findings::default(),
            _private: private,
        };
        if !address.is_private() && database.file().is_none() {
            database.refuse_a_pooler()?;
        }
        database.first_answer()?;
        Ok(database)
    }

    fn find(address: &Address, options: &ServerOptions) -> Result<(Place, Private)> {
        Ok(match address {
            Address::PrivateSqlite => {
                let folder = Folder::private()?;
                let file = folder.path().join("shop.db");
                (
                    Place::File(file.into(), options.settings.clone()),
                    Private::Folder { _folder: folder },
                )
            }
            Address::SqliteFile(path) => (Place::File(path.clone(), Vec::new()), Private::Nothing),
            Address::PrivatePostgres => {
                let server = PostgresServer::start(options)?;
                (
                    Place::Postgres(ServerAddress::from_url(&server.url())?, Deadlocks::Usual),
                    Private::Postgres { _server: server },
                )
            }
            Address::Postgres(url) => (
                Place::Postgres(url.clone(), Deadlocks::Usual),
                Private::Nothing,
            ),
            #[cfg(feature = "mysql")]
            Address::PrivateMariadb => {
                let server = MariadbServer::start(options)?;
                (
                    Place::Mysql(ServerAddress::from_url(&server.url())?),
                    Private::Mariadb { _server: server },
                )
            }
            #[cfg(feature = "mysql")]
            Address::Mysql(url) => (Place::Mysql(url.clone()), Private::Nothing),
        })
    }

    /// The kind of database.
    pub fn backend(&self) -> Backend {
        match self.place {
            Place::File(..) => Backend::Sqlite,
            Place::Postgres(..) => Backend::Postgres,
            #[cfg(feature = "mysql")]
            Place::Mysql(_) => Backend::Mysql,
        }
    }

    /// The database's name as `--database` takes it, with the password in it: only for a
    /// process of our own, and never on a command line, which everybody can read.
    pub fn address(&self) -> String {
        match &self.place {
            Place::File(file, _) => file.text(),
            Place::Postgres(address, _) => address.text().to_owned(),
            #[cfg(feature = "mysql")]
            Place::Mysql(address) => address.text().to_owned(),
        }
    }

    /// The database's name as it may be shown: without a password.
    pub fn shown_url(&self) -> String {
        self.place.shown()
    }

    /// The file of a SQLite database.
    pub(super) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(file, _) => Some(file.path()),
            _ => None,
        }
    }

    /// What makes connections, on any thread.
    pub(crate) fn connector(&self) -> impl Fn() -> Result<AnyConnection> + Send + Sync + 'static {
        let (place, kept) = (self.place.clone(), self.kept.clone());
        let findings = self.findings.clone();
        move || {
            let (connection, found) = place.connect(&kept).map_err(Refusal::into_error)?;
            findings.add(found);
            Ok(connection)
        }
    }

    /// Makes the session of one of those connections like a new one. Gives whether it did: where
    /// that is no quicker than a new connection, it is not done.
    ///
    /// # Errors
    /// It is in the middle of something, or lost.
    pub(super) fn renew(&self, connection: &mut AnyConnection) -> Result<bool> {
        self.place.renew(connection, &self.kept)
    }

    /// Opens one connection, to look after the tables: no setting of the server's is kept.
    ///
    /// # Errors
    /// The database's own words.
    #[doc(hidden)]
    pub fn connect(&self) -> Result<AnyConnection> {
        let (connection, _) = self.place.connect_or_say(&Kept::default())?;
        Ok(connection)
    }

    /// Has PostgreSQL's sessions look for deadlocks after 20 ms, where they would wait longer and
    /// may set that. Gives the time that remains where they may not.
    ///
    /// # Errors
    /// The database's own words.
    pub(crate) fn find_deadlocks_soon(&mut self) -> Result<Option<Duration>> {
        let AnyConnection::Postgres(mut connection) = self.connect()? else {
            return Ok(None);
        };
        let Some((usual, found)) = deadlocks::hurry(&mut connection)? else {
            return Ok(None);
        };
        let may = found.done == Done::Set;
        self.findings.add(vec![found]);
        if let Place::Postgres(_, deadlocks) = &mut self.place
            && may
        {
            *deadlocks = Deadlocks::Soon;
        }
        Ok((!may).then_some(usual))
    }

    /// Settings that the sessions of buyers leave as the server has them.
    pub(crate) fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Settings with which sessions began here, and that are not what lockbench needs.
    #[doc(hidden)]
    pub fn found_settings(&self) -> Vec<Found> {
        self.findings.all()
    }

    /// Makes one plain connection, so that a refusal is known at once: the pool would try
    /// again in silence for as long as its time-out.
    fn first_answer(&self) -> Result<()> {
        if let Place::File(file, _) = &self.place {
            sqlite::prepare(file)?;
        }
        let (place, kept) = (self.place.clone(), self.kept.clone());
        let found = within(FIRST_ANSWER, move || {
            place.connect_or_say(&kept).map(|(_, found)| found)
        });
        self.findings
            .add(found.map_err(|error| self.name_silence(error))?);
        Ok(())
    }

    fn name_silence(&self, error: anyhow::Error) -> anyhow::Error {
        match error.is::<Silence>() {
            true => error.context(format!("cannot reach the database {}", self.shown_url())),
            false => error,
        }
    }

    /// Makes sure that each connection has a session of its own, before anything is sent that
    /// would stay behind in another's.
    fn refuse_a_pooler(&self) -> Result<()> {
        let shown = self.shown_url();
        let place = self.place.clone();
        let reached = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&reached);
        let found = within(FIRST_ANSWER, move || {
            let mut connect = || {
                let connection = place.plain().map_err(|refusal| place.say(refusal))?;
                count.fetch_add(1, Relaxed);
                Ok(connection)
            };
            pooler::find(&mut connect)
        });
        let found = found.map_err(|error| match reached.load(Relaxed) {
            1 => error.context(format!(
                "{shown} accepts one connection but not a second, and lockbench needs several"
            )),
            _ => self.name_silence(error),
        });
        match found? {
            Some(evidence) => bail!(
                "there is a connection pooler in transaction or statement mode between lockbench and {shown}: {evidence}. \
                 Session state (locks, settings, prepared statements) does not survive there: \
                 give the address of the server itself, or of a pooler in session mode"
            ),
            None => Ok(()),
        }
    }
}

/// Does `work` on a thread of its own, and waits so long for it.
fn within<T: Send + 'static>(
    time: Duration,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (answer, wait) = mpsc::channel();
    thread::spawn(move || answer.send(work()));
    wait.recv_timeout(time)
        .unwrap_or_else(|_| Err(Silence(time).into()))
}

/// Nothing was heard for so long.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {} s", .0.as_secs())]
struct Silence(Duration);
