//! A private PostgreSQL server.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use diesel::{Connection as _, PgConnection};

use super::account::Account;
use super::folder::{Folder, percent_encoded};
use super::options::ServerOptions;
use super::programs::{POSTGRES, Programs};
use super::ready;
use super::watcher::Signal;

/// The superuser that the private server is made with.
const USER: &str = "lockbench";

/// A PostgreSQL server of our own: in a private folder, on a Unix socket, without a network.
/// Dropping it stops it and removes every trace.
#[derive(Debug)]
pub struct PostgresServer {
    folder: Folder,
    programs: Programs,
    /// Where it is not the usual one: it is also a part of the socket's name.
    port: Option<String>,
}

impl PostgresServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// PostgreSQL's programs are not there, or failed: then in their own words.
    pub fn start(options: &ServerOptions) -> Result<Self> {
        let programs = POSTGRES.find()?;
        let account = Account::unprivileged("postgres")?;
        let mut folder = Folder::for_server(account)?;
        // SIGQUIT is PostgreSQL's immediate shutdown: right for data that is thrown away.
        let command = serve(&programs, folder.path(), options);
        folder.serve(&command, account, Signal::Quit)?;
        let port = options
            .settings
            .iter()
            .find_map(|setting| setting.strip_prefix("port="))
            .map(str::to_owned);
        let server = Self {
            folder,
            programs,
            port,
        };
        let url = server.url();
        ready::wait("PostgreSQL", server.folder(), || {
            PgConnection::establish(&url)
        })?;
        Ok(server)
    }

    /// Where to connect to.
    pub fn url(&self) -> String {
        self.database("postgres")
    }

    /// Where to connect to for another of the server's databases.
    pub fn database(&self, name: &str) -> String {
        let socket = percent_encoded(self.folder.path());
        let port = self.port.as_ref().map(|port| format!(":{port}"));
        format!(
            "postgres://{USER}@{socket}{}/{name}",
            port.unwrap_or_default()
        )
    }

    /// Another of PostgreSQL's programs, such as `pgbench`, beside the server's own if it is
    /// there, else on the PATH.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.programs.other("postgres", name)
    }

    /// The server's folder: its data are in `data` below it, its socket beside them.
    pub fn folder(&self) -> &Path {
        self.folder.path()
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

fn serve(programs: &Programs, folder: &Path, options: &ServerOptions) -> Command {
    let mut server = Command::new("/bin/sh");
    server
        .args(["-c", SCRIPT, "lockbench-server"])
        .arg(folder)
        .args([programs.path("initdb"), programs.path("postgres")])
        .arg(USER)
        .args(["-c", "listen_addresses="])
        .args([
            "-c",
            &format!("max_connections={}", (options.connections + 20).max(100)),
        ]);
    if options.quick_deadlocks {
        server.args(["-c", "deadlock_timeout=20ms"]);
    }
    for setting in &options.settings {
        server.args(["-c", setting]);
    }
    server
}
