//! What the tests share: databases of their own, and the program.

// Each test program uses a part of it.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::expect_used)]

pub mod books;
pub mod explored;

#[cfg(feature = "mysql")]
pub mod mariadb;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use assert_cmd::Command;
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use lockbench::contender::Contender;
use lockbench::db::server::{PostgresServer, ServerOptions};
use lockbench::db::{Address, Backend, Database, Engine};
use lockbench::hammer::Progress;
use lockbench::load::Load;
use lockbench::result::RunResult;
use lockbench::run::{Request, Shop};
use lockbench::strategy::Strategy;

/// One server for each test program, removed by its watcher when the program ends. Without
/// fsync, since nothing here outlives the machine; a commit still waits for its record.
static POSTGRES: LazyLock<PostgresServer> = LazyLock::new(|| {
    let options = ServerOptions {
        connections: 300,
        quick_deadlocks: true,
        settings: vec!["fsync=off".to_owned()],
    };
    PostgresServer::start(&options)
        .unwrap_or_else(|error| panic!("{error:#}\nrun tests/run: it installs what is missing"))
});

static DATABASES: AtomicU32 = AtomicU32::new(1);

/// The URL of a new, empty PostgreSQL database.
pub fn postgres_url() -> String {
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    postgres(&POSTGRES.url())
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .expect("a database of the test's own");
    POSTGRES.database(&name)
}

/// The server behind every [`postgres_url`].
pub fn postgres_server() -> &'static PostgresServer {
    &POSTGRES
}

/// The kinds of database that this build speaks to.
pub fn backends() -> Vec<Backend> {
    let mut backends = Backend::ALL.to_vec();
    backends.retain(|backend| cfg!(feature = "mysql") || *backend != Backend::Mysql);
    backends
}

/// A plain connection to PostgreSQL, without anything of lockbench's.
pub fn postgres(url: &str) -> PgConnection {
    PgConnection::establish(url).expect("the test's own server")
}

/// A plain connection to a SQLite file, without anything of lockbench's.
pub fn sqlite(path: &str) -> SqliteConnection {
    SqliteConnection::establish(path).expect("the test's own file")
}

/// A new database of that kind. A private SQLite one goes with the value; one on PostgreSQL
/// with the server.
pub fn database(backend: Backend) -> Database {
    let address = match backend {
        Backend::Sqlite => Address::PrivateSqlite,
        Backend::Postgres => Address::Postgres(postgres_url()),
        #[cfg(feature = "mysql")]
        Backend::Mysql => Address::Mysql(mariadb::url()),
        #[cfg(not(feature = "mysql"))]
        Backend::Mysql => panic!("this build has no MariaDB: ask for common::backends()"),
    };
    Database::open(&address, &ServerOptions::default()).expect("a database of the test's own")
}

/// Runs a contender, without a control.
pub fn run(shop: &mut Shop<'_>, contender: impl Into<Contender>, load: &Load) -> RunResult {
    run_request(shop, &Request::new(contender, load.clone()))
}

/// Runs what is asked for.
pub fn run_request(shop: &mut Shop<'_>, request: &Request) -> RunResult {
    let never = AtomicBool::new(false);
    shop.run(request, &never, &Progress::default())
        .expect("a run that can be audited")
}

/// The strategies that promise to be safe on that kind of database.
pub fn safe_strategies(backend: Backend) -> Vec<Strategy> {
    use clap::ValueEnum;
    use lockbench::strategy::Promise;
    Strategy::value_variants()
        .iter()
        .copied()
        .filter(|strategy| strategy.promise(Engine::of(backend)) == Some(Promise::Safe))
        .collect()
}

/// Those of them that serve such a load.
pub fn safe_strategies_under(backend: Backend, load: &Load) -> Vec<Strategy> {
    let mut strategies = safe_strategies(backend);
    strategies.retain(|strategy| {
        let refused = strategy.plan().refuses_load(load.basket, load.units());
        refused.is_none()
    });
    strategies
}

/// The program, in an environment that names no database.
pub fn lockbench() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockbench"));
    command.env_remove("DATABASE_URL").env("NO_COLOR", "1");
    command
}
