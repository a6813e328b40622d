//! Servers of the tests' own that can be crashed, and come back.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};
use tempfile::TempDir;

use super::program::{PATIENCE, wait_for};

/// What dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The whole server, which is started again.
    Server,
    /// One of PostgreSQL's sessions: the server ends the others, and recovers.
    Session,
}

pub struct Server {
    folder: TempDir,
    is_postgres: bool,
    settings: Vec<String>,
    process: Mutex<Option<Child>>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Server {
    pub fn postgres(settings: &[&str]) -> Self {
        Self::new(settings, true)
    }

    pub fn mariadb(settings: &[&str]) -> Self {
        Self::new(settings, false)
    }

    fn new(settings: &[&str], is_postgres: bool) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("lb-")
            .tempdir_in("/tmp")
            .unwrap();
        let path = folder.path();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        if let Some(user) = account(is_postgres) {
            chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
        }
        let server = Self {
            folder,
            is_postgres,
            settings: settings.iter().map(ToString::to_string).collect(),
            process: Mutex::new(None),
        };
        let data = server.data();
        let mut make = if is_postgres {
            let mut make = Command::new(program("initdb"));
            make.args(["-U", "lockbench", "-A", "trust", "-N", "-D"])
                .arg(data);
            make
        } else {
            let mut make = Command::new(program("mariadb-install-db"));
            make.args(["--no-defaults", "--auth-root-authentication-method=normal"])
                .args(["--skip-test-db", "--skip-name-resolve"])
                .arg(format!("--datadir={}", data.display()))
                .arg(format!("--tmpdir={}", server.folder.path().display()));
            make
        };
        let done = server.quietly(&mut make).status().unwrap();
        assert!(
            done.success(),
            "{make:?}: run tests/run, which installs what is missing"
        );
        server.start();
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn quietly<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some(user) = account(self.is_postgres) {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
    }

    fn start(&self) {
        let folder = self.folder.path();
        let mut serve = if self.is_postgres {
            let mut serve = Command::new(program("postgres"));
            serve.arg("-D").arg(self.data()).arg("-k").arg(folder);
            serve.args(["-c", "listen_addresses="]);
            for setting in &self.settings {
                serve.args(["-c", setting]);
            }
            serve
        } else {
            let mut serve = Command::new(program("mariadbd"));
            serve
                .arg("--no-defaults")
                .arg(format!("--datadir={}", self.data().display()))
                .arg(format!("--tmpdir={}", folder.display()))
                .arg(format!("--socket={}", folder.join("socket").display()))
                .args(["--skip-networking", "--skip-log-bin"]);
            serve.args(self.settings.iter().map(|setting| format!("--{setting}")));
            serve
        };
        let process = self.quietly(&mut serve).spawn().unwrap();
        *self.process.lock().unwrap() = Some(process);
        wait_for(&format!("{serve:?} to answer"), PATIENCE, || self.answers());
    }

    fn answers(&self) -> bool {
        if self.is_postgres {
            return PgConnection::establish(&self.url()).is_ok();
        }
        #[cfg(feature = "mysql")]
        if let Ok(mut connection) = diesel::MysqlConnection::establish(&self.address("")) {
            use diesel::connection::SimpleConnection;
            return connection
                .batch_execute("CREATE DATABASE IF NOT EXISTS shop")
                .is_ok();
        }
        false
    }

    pub fn url(&self) -> String {
        self.address(if self.is_postgres { "postgres" } else { "shop" })
    }

    fn address(&self, name: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        match self.is_postgres {
            true => format!("postgres://lockbench@{folder}/{name}"),
            false => format!("mysql://root@localhost/{name}?unix_socket={folder}%2Fsocket"),
        }
    }

    pub fn postgres_connection(&self) -> PgConnection {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match PgConnection::establish(&self.url()) {
                Ok(connection) => return connection,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a statement to PostgreSQL, once more where it was caught in a crash, and has it last.
    pub fn execute_on_postgres(&self, statement: &str) {
        let lasting = format!("SET synchronous_commit = on; {statement}");
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = self.postgres_connection().batch_execute(&lasting) {
            assert!(Instant::now() < deadline, "{error}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Rows of lockbench's ledger; 0 where nobody can tell.
    pub fn sales(&self) -> i64 {
        let count = "SELECT count(*) AS number FROM lockbench";
        let found = if self.is_postgres {
            PgConnection::establish(&self.url())
                .ok()
                .and_then(|mut connection| {
                    let count = format!("{count}.lockbench_ledger");
                    sql_query(count).get_result::<Number>(&mut connection).ok()
                })
        } else {
            self.mariadb_sales()
        };
        found.map_or(0, |found| found.number)
    }

    /// The number of the file that PostgreSQL keeps the ledger in: to empty the ledger is to
    /// begin another.
    pub fn ledger_file(&self) -> i64 {
        let file = "SELECT relfilenode::bigint AS number FROM pg_class \
                    WHERE relname = 'lockbench_ledger'";
        sql_query(file)
            .get_result::<Number>(&mut self.postgres_connection())
            .unwrap()
            .number
    }

    #[cfg(feature = "mysql")]
    fn mariadb_sales(&self) -> Option<Number> {
        let mut connection = diesel::MysqlConnection::establish(&self.url()).ok()?;
        sql_query("SELECT count(*) AS number FROM lockbench_ledger")
            .get_result(&mut connection)
            .ok()
    }

    /// Has MariaDB keep what it acknowledges from now on, or not.
    #[cfg(feature = "mysql")]
    pub fn let_mariadb_keep(&self, value: u8) {
        let mut connection = diesel::MysqlConnection::establish(&self.url()).unwrap();
        sql_query(format!(
            "SET GLOBAL innodb_flush_log_at_trx_commit = {value}"
        ))
        .execute(&mut connection)
        .unwrap();
    }

    #[cfg(not(feature = "mysql"))]
    fn mariadb_sales(&self) -> Option<Number> {
        None
    }

    pub fn crash(&self, crash: Crash) {
        match crash {
            Crash::Server => {
                self.stop();
                self.start();
            }
            Crash::Session => {
                let victim = "SELECT pid::bigint AS number FROM pg_stat_activity \
                              WHERE application_name = 'lockbench' ORDER BY pid DESC LIMIT 1";
                let deadline = Instant::now() + PATIENCE;
                let victim = loop {
                    let mut connection = self.postgres_connection();
                    if let Ok(victim) = sql_query(victim).get_result::<Number>(&mut connection) {
                        break victim;
                    }
                    assert!(Instant::now() < deadline, "lockbench has no session");
                };
                let victim = Pid::from_raw(i32::try_from(victim.number).unwrap());
                kill(victim, Signal::SIGKILL).unwrap();
            }
        }
    }

    /// Without a word to anybody.
    fn stop(&self) {
        if let Some(mut process) = self.process.lock().unwrap().take() {
            let pid = Pid::from_raw(i32::try_from(process.id()).unwrap());
            // PostgreSQL's own children must go with it.
            let signal = if self.is_postgres {
                Signal::SIGQUIT
            } else {
                Signal::SIGKILL
            };
            let _ = kill(pid, signal);
            let _ = process.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn account(is_postgres: bool) -> Option<User> {
    if !geteuid().is_root() {
        return None;
    }
    let packaged = if is_postgres { "postgres" } else { "mysql" };
    let users = [packaged, "nobody"];
    users.iter().find_map(|name| User::from_name(name).unwrap())
}

fn program(name: &str) -> PathBuf {
    let mut folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect();
    folders.extend(["/usr/sbin", "/usr/libexec"].map(PathBuf::from));
    for parent in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
        if let Ok(versions) = std::fs::read_dir(parent) {
            folders.extend(versions.map(|version| version.unwrap().path().join("bin")));
        }
    }
    let found = folders.iter().map(|folder| folder.join(name));
    found
        .into_iter()
        .find(|path| Path::new(path).is_file())
        .unwrap_or_else(|| panic!("{name}: run tests/run, which installs what is missing"))
}
