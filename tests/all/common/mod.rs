//! What the tests share: databases of their own, and the program.

// Each test program uses a part of it.
#![allow(dead_code, missing_docs, unreachable_pub)]

pub mod aftermath;
pub mod books;
pub mod browser;
pub mod combining;
pub mod crashing;
pub mod explored;
pub mod postgres_18;
pub mod program;
pub mod proxy;
pub mod screen;
pub mod stories;

#[cfg(feature = "mysql")]
pub mod mariadb;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use assert_cmd::Command;
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection};
use lockbench::db::server::{PostgresServer, ServerOptions};
use lockbench::db::{Address, Backend, Database, Engine};
use lockbench::hammer::Progress;
use lockbench::model::candidate::Candidate;
use lockbench::model::load::Load;
use lockbench::model::strategy::Strategy;
use lockbench::run::result::RunResult;
use lockbench::run::{Request, Shop};

/// One server for each test program, removed by its watcher when the program ends. Without
/// fsync, since nothing here outlives the machine; a commit still waits for its record.
static POSTGRES: LazyLock<PostgresServer> = LazyLock::new(|| {
    let options = ServerOptions {
        connections: 300,
        quick_deadlocks: true,
        settings: vec!["fsync=off".to_owned()],
    };
    let server = PostgresServer::start(&options)
        .unwrap_or_else(|error| panic!("{error:#}\nrun tests/run: it installs what is missing"));
    if let Ok(expected) = std::env::var(EXPECTED) {
        let version = postgres_version(&mut postgres(&server.url()));
        assert!(
            version.starts_with(&expected),
            "this is to be about PostgreSQL {expected}, and the server is {version}"
        );
    }
    server
});

/// Which version of PostgreSQL the server must be, where a test is about just that.
const EXPECTED: &str = "LOCKBENCH_TEST_POSTGRES_VERSION";

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

fn postgres_version(connection: &mut PgConnection) -> String {
    diesel::sql_query("SELECT current_setting('server_version') AS version")
        .get_result::<Version>(connection)
        .expect("its version")
        .version
}

/// What the test program calls a test of the module.
pub fn test_name(module: &str, test: &str) -> String {
    let (_program, path) = module.split_once("::").expect("a module in a program");
    format!("{path}::{test}")
}

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
        Backend::Postgres => postgres_url().parse().expect("the server's own URL"),
        #[cfg(feature = "mysql")]
        Backend::Mysql => mariadb::url().parse().expect("the server's own URL"),
        #[cfg(not(feature = "mysql"))]
        Backend::Mysql => panic!("this build has no MariaDB: ask for common::backends()"),
    };
    open(&address)
}

fn open(address: &Address) -> Database {
    Database::open(address, &ServerOptions::default()).expect("a database of the test's own")
}

/// A new database on a server that nobody else uses as long as this lives, where that matters:
/// for an exploration ([`mariadb::Alone`]).
pub struct Alone {
    database: Database,
    #[cfg(feature = "mysql")]
    _server: Option<mariadb::Alone>,
}

impl Alone {
    pub fn new(backend: Backend) -> Self {
        #[cfg(feature = "mysql")]
        if backend == Backend::Mysql {
            let server = mariadb::Alone::new();
            return Self {
                database: open(&server.url().parse().expect("the server's own URL")),
                _server: Some(server),
            };
        }
        Self {
            database: database(backend),
            #[cfg(feature = "mysql")]
            _server: None,
        }
    }
}

impl std::ops::Deref for Alone {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

/// Runs a candidate, without a control.
pub fn run(shop: &mut Shop<'_>, candidate: impl Into<Candidate>, load: &Load) -> RunResult {
    run_request(shop, &Request::new(candidate, load.clone()))
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
    use lockbench::model::strategy::Promise;
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
