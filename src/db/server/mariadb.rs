//! A private MariaDB server, or a MySQL one where that is all there is.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, MysqlConnection};

use super::account::Account;
use super::folder::{Folder, percent_encoded};
use super::options::ServerOptions;
use super::programs::{MARIADB, MYSQL};
use super::ready;
use super::template::{MAKE_OR_COPY, TEMPLATES};
use super::watcher::Signal;

/// The database that the private server is made with.
const DATABASE: &str = "lockbench";

/// Small files and buffers, which a new server writes and zeroes before it answers. What is
/// durable stays at the server's own defaults.
const SMALL: &str = "--innodb-log-file-size=16M --innodb-buffer-pool-size=64M";

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
        let programs = find()?;
        let folder = Folder::for_server(account, Signal::Kill, |path| {
            serve(&programs, path, options)
        })?;
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
    #[doc(hidden)]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes the data and runs a server on them. One program does both, so that the watcher is
/// there from the beginning: whenever we die, nothing is left.
///
/// `$making` and `$small` are several words.
const SCRIPT: &str = r#"
trap 'exit 1' TERM
folder=$1 templates=$2 install=$3 server=$4 making=$5 small=$6; shift 6
# TMPDIR, where it would go otherwise, may be closed to the server's account.
make_data() {
    "$install" --no-defaults $making $small --datadir="$folder/data" --tmpdir="$folder"
}
made_by=$install
[ -z "$templates" ] || made_by="$made_by $("$server" --no-defaults --version) $making $small"
make_or_copy_data "$made_by" &&
exec "$server" --no-defaults $small --datadir="$folder/data" --tmpdir="$folder" "$@"
"#;

/// The programs that make the data and serve them, and how the first is asked.
type MakeAndServe = (PathBuf, PathBuf, &'static str);

fn find() -> Result<MakeAndServe> {
    match (MARIADB.find(), MYSQL.find()) {
        (Ok(programs), _) => Ok((
            programs.path("mariadb-install-db"),
            programs.path("mariadbd"),
            "--auth-root-authentication-method=normal --skip-test-db --skip-name-resolve",
        )),
        (Err(_), Ok(programs)) => Ok((
            programs.path("mysqld"),
            programs.path("mysqld"),
            "--initialize-insecure",
        )),
        (Err(error), Err(_)) => Err(error),
    }
}

fn serve(
    (install, program, making): &MakeAndServe,
    folder: &Path,
    options: &ServerOptions,
) -> Command {
    let mut server = Command::new("/bin/sh");
    server
        .args(["-c", &format!("{MAKE_OR_COPY}{SCRIPT}"), "lockbench-server"])
        .arg(folder)
        .arg(std::env::var_os(TEMPLATES).unwrap_or_default())
        .args([install, program])
        .args([making, SMALL])
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
        .arg(format!(
            "--max-connections={}",
            (options.connections + 20).max(151)
        ));
    for setting in &options.settings {
        server.arg(format!("--{setting}"));
    }
    server
}
