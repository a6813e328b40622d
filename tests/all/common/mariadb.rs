//! A MariaDB server that the tests share, and servers that a test has for itself for a while.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, MysqlConnection};
use lockbench::db::server::{MariadbServer, ServerOptions};

static SERVER: LazyLock<MariadbServer> =
    LazyLock::new(|| start(&["innodb_snapshot_isolation=OFF"]));

static DATABASES: AtomicU32 = AtomicU32::new(1);

/// Starts a server of the caller's own. A commit reaches the operating system and no disk,
/// since nothing here outlives the machine.
pub fn start(settings: &[&str]) -> MariadbServer {
    let own = ["innodb_flush_log_at_trx_commit=2"];
    let settings = own
        .iter()
        .chain(settings)
        .map(ToString::to_string)
        .collect();
    let options = ServerOptions {
        connections: 300,
        settings,
        ..ServerOptions::default()
    };
    MariadbServer::start(&options)
        .unwrap_or_else(|error| panic!("{error:#}\nrun tests/run: it installs what is missing"))
}

/// The server behind every [`url`].
pub fn server() -> &'static MariadbServer {
    &SERVER
}

/// The URL of a new, empty database on the shared server.
pub fn url() -> String {
    new_database(&SERVER)
}

fn new_database(server: &MariadbServer) -> String {
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    connect(&server.url())
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .expect("a database of the test's own");
    server.database(&name)
}

/// Servers that nobody has at the moment.
static IDLE: Mutex<Vec<MariadbServer>> = Mutex::new(Vec::new());

/// A server that nobody else uses: for explorations. Where others are at work on the same server,
/// who waits for a row cannot be told from numbers alone, and takes a look ten times a second.
pub struct Alone(Option<MariadbServer>);

impl Alone {
    /// One that another test has done with, or a new one.
    pub fn new() -> Self {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self(Some(idle.unwrap_or_else(|| {
            start(&["innodb_snapshot_isolation=OFF"])
        })))
    }

    /// The URL of a new, empty database on it.
    pub fn url(&self) -> String {
        new_database(self.0.as_ref().expect("a server until the end"))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(self.0.take());
    }
}

/// A plain connection, without anything of lockbench's.
pub fn connect(url: &str) -> MysqlConnection {
    MysqlConnection::establish(url).expect("the test's own server")
}
