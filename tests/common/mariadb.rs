//! A MariaDB server that the tests of a program share.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, MysqlConnection, QueryableByName, RunQueryDsl, sql_query};
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

/// What the tables in the database of `url` add up to, by SQL of the tests' own.
#[derive(Debug, PartialEq, Eq, QueryableByName)]
pub struct Sums {
    /// Units left, over all items.
    #[diesel(sql_type = BigInt)]
    pub units_left: i64,
    /// Sales in the ledger.
    #[diesel(sql_type = BigInt)]
    pub sales: i64,
    /// Units in those sales.
    #[diesel(sql_type = BigInt)]
    pub sold_units: i64,
}

/// Adds up the tables in the database of `url`.
pub fn sums(url: &str) -> Sums {
    sql_query(
        "SELECT CAST((SELECT SUM(stock) FROM lockbench_items) AS SIGNED) AS units_left, \
         (SELECT COUNT(*) FROM lockbench_ledger WHERE delta < 0) AS sales, \
         CAST((SELECT COALESCE(-SUM(delta), 0) FROM lockbench_ledger) AS SIGNED) AS sold_units",
    )
    .get_result(&mut connect(url))
    .expect("sums over the tables")
}

/// A plain connection, without anything of lockbench's.
pub fn connect(url: &str) -> MysqlConnection {
    MysqlConnection::establish(url).expect("the test's own server")
}
