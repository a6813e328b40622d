//! A MariaDB server that the tests of a program share.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

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
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    connect(&SERVER.url())
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .expect("a database of the test's own");
    SERVER.database(&name)
}

/// A plain connection, without anything of lockbench's.
pub fn connect(url: &str) -> MysqlConnection {
    MysqlConnection::establish(url).expect("the test's own server")
}
