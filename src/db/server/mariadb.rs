//! A private MariaDB server, or a MySQL one where that is all there is.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, MysqlConnection};

use super::account::Account;
use super::folder::{Folder, percent_encoded};
use super::options::ServerOptions;
use super::programs::{MARIADB, MYSQL, Programs};
use super::ready;
use super::watcher::Signal;

/// The database that the private server is made with.
const DATABASE: &str = "lockbench";

/// Small files and buffers, which a new server writes and zeroes before it answers. What is
/// durable stays at the server's own defaults.
const SMALL: [&str; 2] = [
    "--innodb-log-file-size=16M",
    "--innodb-buffer-pool-size=64M",
];

/// A MariaDB server of our own: in a private folder, on a Unix socket, without a network.
/// Dropping it stops it and removes every trace.
#[derive(Debug)]
pub struct MariadbServer {
    folder: Folder,
}

impl MariadbServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// The programs are not there, or failed: then in their own words.
    pub fn start(options: &ServerOptions) -> Result<Self> {
        let account = Account::unprivileged("mysql")?;
        let mut folder = Folder::for_server(account)?;
        let program = initialize(folder.path(), account)?;
        let command = serve(&program, folder.path(), options);
        folder.serve(&command, account, Signal::Kill)?;
        let server = Self { folder };
        let url = server.database("");
        ready::wait("MariaDB", server.folder(), || {
            MysqlConnection::establish(&url)
        })?;
        MysqlConnection::establish(&url)?
            .batch_execute(&format!("CREATE DATABASE IF NOT EXISTS {DATABASE}"))?;
        Ok(server)
    }

    /// Where to connect to.
    pub fn url(&self) -> String {
        self.database(DATABASE)
    }

    /// Where to connect to for another of the server's databases.
    pub fn database(&self, name: &str) -> String {
        let socket = percent_encoded(&self.folder.path().join("socket"));
        format!("mysql://root@localhost/{name}?unix_socket={socket}")
    }

    /// The server's folder: its data are in `data` below it, its socket beside them.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes the server's files, and gives the program that serves them.
fn initialize(folder: &Path, account: Option<Account>) -> Result<PathBuf> {
    let (mut install, program) = match MARIADB.find() {
        Ok(programs) => mariadb_install(&programs),
        Err(error) => match MYSQL.find() {
            Ok(programs) => mysql_install(&programs),
            Err(_) => return Err(error),
        },
    };
    install
        .args([datadir(folder), tmpdir(folder)])
        .args(SMALL)
        .current_dir(folder)
        // Out of reach of the terminal's Ctrl-C, which is for us to answer.
        .process_group(0);
    if let Some(account) = account {
        account.step_down(&mut install);
    }
    let name = install.get_program().to_string_lossy().into_owned();
    let made = install
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !made.status.success() {
        bail!(
            "{name} failed: {}",
            what_matters(&made.stderr, &made.stdout)
        );
    }
    Ok(program)
}

fn mariadb_install(programs: &Programs) -> (Command, PathBuf) {
    let mut install = Command::new(programs.path("mariadb-install-db"));
    install.args([
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
    ]);
    (install, programs.path("mariadbd"))
}

fn mysql_install(programs: &Programs) -> (Command, PathBuf) {
    let program = programs.path("mysqld");
    let mut install = Command::new(&program);
    install.args(["--no-defaults", "--initialize-insecure"]);
    (install, program)
}

fn serve(program: &Path, folder: &Path, options: &ServerOptions) -> Command {
    let mut server = Command::new(program);
    server
        .arg("--no-defaults")
        .args([datadir(folder), tmpdir(folder)])
        .arg(format!("--socket={}", folder.join("socket").display()))
        .arg(format!("--pid-file={}", folder.join("pid").display()))
        .args([
            "--skip-networking",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--performance-schema=OFF",
            "--character-set-server=utf8mb4",
            // MySQL's second protocol opens a port and a socket of its own.
            "--loose-mysqlx=OFF",
        ])
        .args(SMALL)
        .arg(format!(
            "--max-connections={}",
            (options.connections + 20).max(151)
        ));
    for setting in &options.settings {
        server.arg(format!("--{setting}"));
    }
    server
}

/// The errors among what a program printed, which is long where it means to help; all of it
/// where it calls nothing an error.
fn what_matters(stderr: &[u8], stdout: &[u8]) -> String {
    let printed = [stderr, b"\n", stdout].concat();
    let printed = String::from_utf8_lossy(&printed);
    let lines = || {
        printed
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    let mut errors: Vec<&str> = lines().filter(|line| line.contains("[ERROR]")).collect();
    if errors.is_empty() {
        errors = lines().collect();
    }
    errors.join(" / ")
}

/// TMPDIR, where it would go otherwise, may be closed to the server's account.
fn tmpdir(folder: &Path) -> String {
    format!("--tmpdir={}", folder.display())
}

fn datadir(folder: &Path) -> String {
    format!("--datadir={}", folder.join("data").display())
}
