//! A private PostgreSQL server.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use diesel::{Connection as _, PgConnection};

use super::account::Account;
use super::folder::Folder;
use super::programs;
use super::watcher::{ENDED, LOG};

/// How long a server may take to answer; a third of a second is usual.
const READY: Duration = Duration::from_secs(30);

/// The superuser that the private server is made with.
const USER: &str = "lockbench";

/// How a private server is to be run.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// Connections it must be able to hold, beside a few for its administration. A server's
    /// own default where this is smaller.
    pub connections: u32,
    /// Further settings, as `name=value`. A user's run keeps the durable defaults; tests turn
    /// `fsync` off.
    pub settings: Vec<String>,
}

/// A PostgreSQL server of our own: in a private folder, on a Unix socket, without a network.
/// Dropping it stops it and removes every trace.
#[derive(Debug)]
pub struct PostgresServer {
    folder: Folder,
    /// Where it is not the usual one: it is also a part of the socket's name.
    port: Option<String>,
}

impl PostgresServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// PostgreSQL's programs are not there, or failed: then in their own words.
    pub fn start(options: &ServerOptions) -> Result<Self> {
        let programs = programs::find()?;
        let account = Account::unprivileged()?;
        let mut folder = Folder::for_server(account)?;
        folder.serve(&serve(&programs, folder.path(), options), account)?;
        let port = options
            .settings
            .iter()
            .find_map(|setting| setting.strip_prefix("port="))
            .map(str::to_owned);
        let server = Self { folder, port };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Where to connect to.
    pub fn url(&self) -> String {
        self.database("postgres")
    }

    /// Where to connect to for another of the server's databases.
    pub fn database(&self, name: &str) -> String {
        let socket = self
            .folder
            .path()
            .display()
            .to_string()
            .replace('%', "%25")
            .replace('/', "%2F")
            .replace(' ', "%20");
        let port = self.port.as_ref().map(|port| format!(":{port}"));
        format!(
            "postgres://{USER}@{socket}{}/{name}",
            port.unwrap_or_default()
        )
    }

    /// The server's folder: its data are in `data` below it, its socket beside them.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits for a real start-up packet to be answered: the socket is there before that.
    fn wait_until_ready(&self) -> Result<()> {
        let deadline = Instant::now() + READY;
        let url = self.url();
        loop {
            let refusal = match PgConnection::establish(&url) {
                Ok(_) => return Ok(()),
                Err(refusal) => refusal,
            };
            if self.folder.path().join(ENDED).exists() {
                bail!(
                    "the private PostgreSQL server could not be started: {}",
                    self.last_words()
                );
            }
            if Instant::now() > deadline {
                bail!(
                    "the private PostgreSQL server did not answer within {} s: {refusal}; {}",
                    READY.as_secs(),
                    self.last_words()
                );
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(3).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
    }
}

/// Makes the data and runs a server on them. One program does both, so that the watcher is
/// there from the beginning: whenever we die, nothing is left.
///
/// A SIGTERM is kept until `initdb`, which has it as well, has cleared up after itself.
const SCRIPT: &str = r#"
trap 'exit 1' TERM
folder=$1 initdb=$2 server=$3 user=$4; shift 4
# No sync of files that are thrown away soon; the server that follows is durable.
"$initdb" -D "$folder/data" -U "$user" -A trust -E UTF8 --locale=C -N --no-instructions &&
exec "$server" -D "$folder/data" -k "$folder" "$@"
"#;

fn serve(programs: &Path, folder: &Path, options: &ServerOptions) -> Command {
    let mut server = Command::new("/bin/sh");
    server
        .args(["-c", SCRIPT, "lockbench-server"])
        .arg(folder)
        .args([programs.join("initdb"), programs.join("postgres")])
        .arg(USER)
        .args(["-c", "listen_addresses="])
        .args([
            "-c",
            &format!("max_connections={}", (options.connections + 20).max(100)),
        ]);
    for setting in &options.settings {
        server.args(["-c", setting]);
    }
    server
}
